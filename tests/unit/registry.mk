## unit tests of common/registry

check_PROGRAMS += tests/unit/test_rcu
TESTS += tests/unit/test_rcu
tests_unit_test_rcu_SOURCES = tests/unit/test_rcu.c
tests_unit_test_rcu_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_rcu_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rcu_table
TESTS += tests/unit/test_rcu_table
tests_unit_test_rcu_table_SOURCES = tests/unit/test_rcu_table.c
tests_unit_test_rcu_table_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_rcu_table_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_keyhash
TESTS += tests/unit/test_keyhash
tests_unit_test_keyhash_SOURCES = tests/unit/test_keyhash.c
tests_unit_test_keyhash_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_keyhash_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_part
TESTS += tests/unit/test_part
tests_unit_test_part_SOURCES = tests/unit/test_part.c
tests_unit_test_part_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_part_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_slots
TESTS += tests/unit/test_slots
tests_unit_test_slots_SOURCES = tests/unit/test_slots.c
tests_unit_test_slots_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_slots_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_order
TESTS += tests/unit/test_order
tests_unit_test_order_SOURCES = tests/unit/test_order.c
tests_unit_test_order_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_order_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)
tests_unit_test_order_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_spec_part
TESTS += tests/unit/test_spec_part
tests_unit_test_spec_part_SOURCES = tests/unit/test_spec_part.c
tests_unit_test_spec_part_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_spec_part_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_models_part
TESTS += tests/unit/test_models_part
tests_unit_test_models_part_SOURCES = tests/unit/test_models_part.c
tests_unit_test_models_part_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_models_part_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_health_box
TESTS += tests/unit/test_health_box
tests_unit_test_health_box_SOURCES = tests/unit/test_health_box.c
tests_unit_test_health_box_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_health_box_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_tally
TESTS += tests/unit/test_tally
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c
tests_unit_test_tally_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tally_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_index
TESTS += tests/unit/test_index
tests_unit_test_index_SOURCES = tests/unit/test_index.c
tests_unit_test_index_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_index_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_entry
TESTS += tests/unit/test_entry
tests_unit_test_entry_SOURCES = tests/unit/test_entry.c
tests_unit_test_entry_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_entry_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_requests
TESTS += tests/unit/test_requests
tests_unit_test_requests_SOURCES = tests/unit/test_requests.c
tests_unit_test_requests_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_requests_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_fleet
TESTS += tests/unit/test_fleet
tests_unit_test_fleet_SOURCES = tests/unit/test_fleet.c
tests_unit_test_fleet_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_fleet_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rank
TESTS += tests/unit/test_rank
tests_unit_test_rank_SOURCES = tests/unit/test_rank.c
tests_unit_test_rank_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_rank_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_fleet_json
TESTS += tests/unit/test_fleet_json
tests_unit_test_fleet_json_SOURCES = tests/unit/test_fleet_json.c
tests_unit_test_fleet_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_fleet_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_registry
TESTS += tests/unit/test_registry
tests_unit_test_registry_SOURCES = tests/unit/test_registry.c
tests_unit_test_registry_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_registry_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_change
TESTS += tests/unit/test_change
tests_unit_test_change_SOURCES = tests/unit/test_change.c
tests_unit_test_change_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_change_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_change_who
TESTS += tests/unit/test_change_who
tests_unit_test_change_who_SOURCES = tests/unit/test_change_who.c
tests_unit_test_change_who_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_change_who_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_patch
TESTS += tests/unit/test_patch
tests_unit_test_patch_SOURCES = tests/unit/test_patch.c
tests_unit_test_patch_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_patch_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_observe
TESTS += tests/unit/test_observe
tests_unit_test_observe_SOURCES = tests/unit/test_observe.c
tests_unit_test_observe_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_observe_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_learn
TESTS += tests/unit/test_learn
tests_unit_test_learn_SOURCES = tests/unit/test_learn.c
tests_unit_test_learn_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_learn_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_endpoint_json
TESTS += tests/unit/test_endpoint_json
tests_unit_test_endpoint_json_SOURCES = tests/unit/test_endpoint_json.c
tests_unit_test_endpoint_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_endpoint_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_registry_memory
TESTS += tests/unit/test_registry_memory
tests_unit_test_registry_memory_SOURCES = tests/unit/test_registry_memory.c
tests_unit_test_registry_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_registry_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_registry_memory_LDFLAGS = $(SCARCE_FLAGS) \
	-Wl,--wrap=aligned_alloc,--wrap=rcu_has_room

check_PROGRAMS += tests/unit/test_registry_model
TESTS += tests/unit/test_registry_model
tests_unit_test_registry_model_SOURCES = tests/unit/test_registry_model.c
tests_unit_test_registry_model_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_registry_model_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_shelf
TESTS += tests/unit/test_shelf
tests_unit_test_shelf_SOURCES = tests/unit/test_shelf.c
tests_unit_test_shelf_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_shelf_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_growth
TESTS += tests/unit/test_growth
tests_unit_test_growth_SOURCES = tests/unit/test_growth.c
tests_unit_test_growth_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_growth_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

## Agents in it.
check_PROGRAMS += tests/unit/test_agent_register
TESTS += tests/unit/test_agent_register
tests_unit_test_agent_register_SOURCES = tests/unit/test_agent_register.c
tests_unit_test_agent_register_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agent_register_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

## Alerts in that registry.
check_PROGRAMS += tests/unit/test_alert_part
TESTS += tests/unit/test_alert_part
tests_unit_test_alert_part_SOURCES = tests/unit/test_alert_part.c
tests_unit_test_alert_part_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_alert_part_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerts
TESTS += tests/unit/test_alerts
tests_unit_test_alerts_SOURCES = tests/unit/test_alerts.c
tests_unit_test_alerts_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_alerts_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerts_table
TESTS += tests/unit/test_alerts_table
tests_unit_test_alerts_table_SOURCES = tests/unit/test_alerts_table.c
tests_unit_test_alerts_table_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_alerts_table_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_alerts_table_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=llmreg_bus_publish

check_PROGRAMS += tests/unit/test_alert_json
TESTS += tests/unit/test_alert_json
tests_unit_test_alert_json_SOURCES = tests/unit/test_alert_json.c
tests_unit_test_alert_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_alert_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerts_model
TESTS += tests/unit/test_alerts_model
tests_unit_test_alerts_model_SOURCES = tests/unit/test_alerts_model.c
tests_unit_test_alerts_model_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alerts_model_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerts_memory
TESTS += tests/unit/test_alerts_memory
tests_unit_test_alerts_memory_SOURCES = tests/unit/test_alerts_memory.c
tests_unit_test_alerts_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_alerts_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_alerts_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_agent_signal
TESTS += tests/unit/test_agent_signal
tests_unit_test_agent_signal_SOURCES = tests/unit/test_agent_signal.c
tests_unit_test_agent_signal_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agent_signal_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_agents_tick
TESTS += tests/unit/test_agents_tick
tests_unit_test_agents_tick_SOURCES = tests/unit/test_agents_tick.c
tests_unit_test_agents_tick_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agents_tick_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_agents_query
TESTS += tests/unit/test_agents_query
tests_unit_test_agents_query_SOURCES = tests/unit/test_agents_query.c
tests_unit_test_agents_query_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agents_query_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_agents_memory
TESTS += tests/unit/test_agents_memory
tests_unit_test_agents_memory_SOURCES = tests/unit/test_agents_memory.c
tests_unit_test_agents_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agents_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_agent_json
TESTS += tests/unit/test_agent_json
tests_unit_test_agent_json_SOURCES = tests/unit/test_agent_json.c
tests_unit_test_agent_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agent_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_agents_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_agents_model
TESTS += tests/unit/test_agents_model
tests_unit_test_agents_model_SOURCES = tests/unit/test_agents_model.c
tests_unit_test_agents_model_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_agents_model_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_vouch
TESTS += tests/unit/test_vouch
tests_unit_test_vouch_SOURCES = tests/unit/test_vouch.c
tests_unit_test_vouch_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_vouch_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)
