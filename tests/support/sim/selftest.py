#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulator plays what it promises: answers, modes, commands, log."""
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SIM = os.path.join(os.environ.get("top_builddir", "."),
                   "tests/support/sim/llmreg-sim")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Fleet:
    """A simulator with commands on its stdin, on a port that was free."""

    def __init__(self, *options, servers=6):
        self.port = free_port()
        self.dir = tempfile.TemporaryDirectory()
        self.log = os.path.join(self.dir.name, "log")
        self.list = os.path.join(self.dir.name, "list.json")
        self.process = subprocess.Popen(
            [SIM, "--servers", str(servers), "--first", "127.91.0.1",
             "--port", str(self.port), "--log", self.log, "--list", self.list,
             "--control", "-", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line == "ready\n", line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()
        with open(self.log) as log:
            self.requests = [tuple(line.split()) for line in log]
        self.dir.cleanup()

    def command(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def connect(self, server, timeout=5):
        return http.client.HTTPConnection(f"127.91.0.{server + 1}", self.port,
                                          timeout=timeout)

    def get(self, server, route="version", timeout=5):
        c = self.connect(server, timeout)
        try:
            c.request("GET", "/api/" + route)
            answer = c.getresponse()
            return answer.status, answer.read()
        finally:
            c.close()


class Sim(unittest.TestCase):
    def test_answers_with_the_real_payloads(self):
        with Fleet() as fleet:
            self.assertEqual(fleet.get(0), (200, b'{"version":"0.33.0-rc2"}'))
            tags = json.loads(fleet.get(0, "tags")[1])
            self.assertEqual(len(tags["models"]), 6)
            self.assertEqual(fleet.get(0, "nothing")[0], 404)
        self.assertEqual(fleet.status, 0)

    def test_keeps_a_connection_for_many_requests(self):
        with Fleet() as fleet:
            c = fleet.connect(3)
            for route in ("version", "tags", "ps"):
                c.request("GET", "/api/" + route)
                self.assertEqual(c.getresponse().read()[:1], b"{")
            c.request("POST", "/api/show", '{"model":"m:latest"}')
            self.assertIn(b"model_info", c.getresponse().read())
            c.close()
        self.assertEqual([r[1:] for r in fleet.requests],
                         [("3", "version"), ("3", "tags"), ("3", "ps"),
                          ("3", "show")])

    def test_frames_long_answers_as_go_does(self):
        with Fleet() as fleet:
            c = fleet.connect(0)
            c.request("GET", "/api/tags")
            answer = c.getresponse()
            self.assertEqual(answer.getheader("Transfer-Encoding"), "chunked")
            answer.read()
            c.request("GET", "/api/version")
            self.assertEqual(c.getresponse().getheader("Content-Length"), "24")
            c.close()

    def test_a_killed_server_refuses_and_comes_back(self):
        with Fleet() as fleet:
            self.assertEqual(fleet.command("kill 1"), "ok kill 1")
            with self.assertRaises(ConnectionRefusedError):
                fleet.get(1)
            self.assertEqual(fleet.get(2)[0], 200)
            self.assertEqual(fleet.command("revive 1"), "ok revive 1")
            self.assertEqual(fleet.get(1)[0], 200)

    def test_a_killed_server_of_a_shared_listener_resets(self):
        with Fleet("--shared") as fleet:
            fleet.command("kill 1")
            with self.assertRaises(ConnectionResetError):
                fleet.get(1)
            self.assertEqual(fleet.get(2)[0], 200)

    def test_a_hanging_server_accepts_and_is_silent(self):
        with Fleet() as fleet:
            fleet.command("hang 1")
            with self.assertRaises(TimeoutError):
                fleet.get(1, timeout=0.3)

    def test_silent_takes_its_share(self):
        with Fleet("--silent", "50") as fleet:
            silent = 0
            for i in range(6):
                try:
                    fleet.get(i, timeout=0.2)
                except TimeoutError:
                    silent += 1
            self.assertEqual(silent, 3)

    def test_a_slow_server_is_late(self):
        with Fleet() as fleet:
            fleet.command("slow 1 300")
            start = time.monotonic()
            self.assertEqual(fleet.get(1, "tags")[0], 200)
            self.assertGreaterEqual(time.monotonic() - start, 0.3)

    def test_a_model_can_be_added_and_taken_back(self):
        with Fleet() as fleet:
            fleet.command("model 5 add new:7b")
            models = json.loads(fleet.get(5, "tags")[1])["models"]
            self.assertEqual([m["name"] for m in models], ["new:7b"])
            fleet.command("model 5 reset")
            self.assertEqual(fleet.get(5, "tags")[1], b'{"models":[]}')

    def test_odd_modes_send_what_they_say(self):
        with Fleet() as fleet:
            fleet.command("redirect 0")
            self.assertEqual(fleet.get(0)[0], 302)
            fleet.command("drip 1")
            with self.assertRaises(TimeoutError):
                fleet.get(1, timeout=0.5)
            fleet.command("flood 2")
            c = fleet.connect(2)
            c.request("GET", "/api/tags")
            self.assertEqual(len(c.getresponse().read(5 << 20)), 5 << 20)
            c.close()

    def test_wrong_commands_are_answered(self):
        with Fleet() as fleet:
            self.assertTrue(fleet.command("dance 1").startswith("error"))
            self.assertTrue(fleet.command("kill 99").startswith("error"))
            self.assertTrue(fleet.command("slow 1 x").startswith("error"))

    def test_lists_its_endpoints(self):
        with Fleet(servers=3) as fleet:
            with open(fleet.list) as listing:
                groups = json.load(listing)
            self.assertEqual(groups[0]["targets"],
                             [f"127.91.0.{i}:{fleet.port}" for i in (1, 2, 3)])

    def test_the_demo_kills_and_plays_the_same_for_one_seed(self):
        def play():
            return subprocess.Popen(
                [SIM, "--demo", "--servers", "9", "--first", "127.91.8.1",
                 "--port", str(free_port()), "--for", "12"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

        plays = [play(), play()]
        told = [[line.split(":")[1] + line.split(" ", 2)[2] for line in
                 one.communicate(timeout=20)[1].splitlines()] for one in plays]
        self.assertEqual(told[0], told[1])
        self.assertTrue(any("127.91.8.2" in line and line.endswith("dies")
                            for line in told[0]), told)

    def test_ends_by_itself(self):
        start = time.monotonic()
        done = subprocess.run([SIM, "--servers", "1", "--first", "127.91.9.1",
                               "--port", str(free_port()), "--for", "1"],
                              stdout=subprocess.DEVNULL, timeout=10)
        self.assertEqual(done.returncode, 0)
        self.assertGreaterEqual(time.monotonic() - start, 0.9)

    def test_wrong_options_are_refused(self):
        for option in (["--port", "0"], ["--first", "10.0.0.1"], ["--what"],
                       ["--ports", "9-5"], ["more"]):
            done = subprocess.run([SIM, *option], stderr=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, option)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
