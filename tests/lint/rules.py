# SPDX-License-Identifier: MIT
"""The rules, one function each: takes a Source, yields (line, complaint).

RULES at the end lists them.  Each has a bad example in bad/.
"""

import re

# ---- rooms: who may include and mention what -------------------------------

# A room may use itself and what stands after it.
ROOMS = ['service', 'store', 'registry', 'bus', 'domain', 'base']
HEADER_ROOM = {
    'agent': 'domain', 'agents': 'registry', 'alert': 'domain',
    'alerts': 'registry', 'arena': 'base', 'bus': 'bus', 'clock': 'base', 'endpoint': 'domain',
    'entity': 'domain', 'fleet': 'registry', 'health': 'domain',
    'hosts': 'registry', 'json': 'base', 'latency': 'domain', 'log': 'base',
    'metrics': 'service', 'names': 'base', 'options': 'base',
    'registry': 'registry', 'resources': 'domain', 'score': 'domain',
    'service': 'service', 'session': 'domain',
    'sessions': 'registry', 'snapshot': 'registry', 'status': 'base',
    'store_health': 'store', 'table': 'base', 'text': 'base', 'thread': 'base',
}
PRODUCT = ('common/', 'plugins/', 'include/')

# What, how it shows (an include, or a word in the code), and who may.
LIBRARIES = [
    ('collectd',
     r'[<"](collectd|plugin|globals|configfile|liboconfig/\S+|utils/\S+)\.h[>"]'
     r'|\b(oconfig_\w+|value_list_t|data_set_t|notification_t)\b'
     r'|\bplugin_(register|unregister|dispatch|log|thread|notification)\w*\('
     r'|\b(ERROR|WARNING|NOTICE|INFO|DEBUG)\(',
     r'plugins/host/|plugins/\w+/plugin\.c$'),
    ('curl', r'<curl/|\bcurl_\w+|\bCURL\w*\b',
     r'plugins/llm_probe/(probe|request|loop)\w*\.[ch]$'),
    ('sqlite3', r'<sqlite3|\bsqlite3_\w+|\bsqlite3\b', r'common/store/'),
    ('nettle', r'<nettle/|\b(nettle|sha256)_\w+',
     r'common/store/backup/digest\.c$'),
    ('yajl', r'<yajl/|\byajl_\w+', r'common/base/json_read\w*\.[ch]$'),
    ('urcu', r'<urcu|\b(rcu|cds_lfht|urcu|call_rcu|synchronize_rcu)_\w+|'
     r'\bcall_rcu\(', r'common/registry/'),
    ('microhttpd', r'<microhttpd|\bMHD_\w+', r'plugins/llm_listen/http/'),
    ('wslay', r'<wslay/|\b(wslay|WSLAY)_\w+',
     r'plugins/llm_listen/http/frames\.c$'),
    ('gnutls', r'<gnutls/|\b(gnutls|GNUTLS)_\w+',
     r'plugins/llm_listen/(http/|api/who\.c$)'),
]


def room_direction(source):
    """A room includes itself, rooms to its right, and their contracts."""
    match = re.match(r'common/(\w+)/', source.path)
    if not match:
        return
    room = match.group(1)
    if room not in ROOMS:
        yield 1, f'common/{room} is no room; there are: {" ".join(ROOMS)}'
        return
    allowed = ROOMS[ROOMS.index(room):]
    for line, name in source.includes():
        other = re.match(r'"common/(\w+)/', name)
        theirs = other.group(1) if other else contract_room(name)
        if theirs is not None and theirs not in allowed:
            yield line, f'common/{room} may not include {name} of {theirs}'


def contract_room(name):
    """The room that keeps <llmreg/x.h>; None for other headers."""
    match = re.match(r'<llmreg/(\w+)\.h>', name)
    return HEADER_ROOM.get(match.group(1)) if match else None


def include_form(source):
    """"room/file.h" from the top for our own, <...> for all others."""
    if not source.is_c or not source.path.startswith(PRODUCT):
        return
    for line, name in source.includes():
        if name[0] == '"' and not re.match(
                r'"(common|plugins|tests)/[\w/]+\.h"$', name):
            yield line, f'{name}: write the path from the top'
        if '"tests/' in name:
            yield line, f'{name}: the product does not know its tests'


def plugin_includes(source):
    """A plugin sees its own folder, plugins/host and the contract."""
    match = re.match(r'plugins/(\w+)/', source.path)
    if not match:
        return
    own = ('"plugins/host/', f'"plugins/{match.group(1)}/')
    for line, name in source.includes():
        if name[0] == '"' and not name.startswith(own):
            yield line, f'plugins/{match.group(1)} may not include {name}'


def contract_includes(source):
    """The contract knows only itself and the C library."""
    if not source.path.startswith('include/'):
        return
    for line, name in source.includes():
        if not re.match(r'<(llmreg/\w+|std\w+|inttypes|pthread)\.h>$', name):
            yield line, f'a public header may not include {name}'


def libraries(source):
    """Each library has one place."""
    if not source.is_c or not source.path.startswith(PRODUCT):
        return
    code = source.code.splitlines()
    for number, line in enumerate(code):
        if line.lstrip().startswith('#include') or 'include' in line[:12]:
            line = source.lines[number]
        for name, pattern, place in LIBRARIES:
            if re.search(pattern, line) and not re.match(place, source.path):
                yield number + 1, f'{name} is not for {source.path}'


# ---- shape -----------------------------------------------------------------

FUNCTION_LINES = 60
NESTING = 3
PARAMETERS = 5
# A document, its length, the limits, a callback with its context, an error;
# who beats (registry, id, generation), what it says, when, an error; what
# libmicrohttpd, GnuTLS and wslay call.
PARAMETERS_ALLOWED = {'llmreg_json_read': 6, 'llmreg_agent_heartbeat': 6,
                      'on_request': 8, 'on_header': 6,
                      'on_certificate': 8, 'on_upgrade': 7, 'on_shared': 6,
                      'before_row': 7}
FILE_LINES = {'.c': 500, '.h': 150}
PUBLIC_HEADER_LINES = 300
PROJECT_INCLUDES = 7


def function_length(source):
    for function in source.functions() if source.is_c else ():
        if function.length > FUNCTION_LINES:
            yield function.line, (f'{function.name} has {function.length} '
                                  f'lines; {FUNCTION_LINES} at most')


def function_nesting(source):
    for function in source.functions() if source.is_c else ():
        if function.depth() > NESTING:
            yield function.line, (f'{function.name} nests '
                                  f'{function.depth()} deep; {NESTING} at most')


def function_parameters(source):
    for function in source.functions() if source.is_c else ():
        limit = PARAMETERS_ALLOWED.get(function.name, PARAMETERS)
        if function.parameters > limit:
            yield function.line, (f'{function.name} has {function.parameters} '
                                  f'parameters; {limit} at most')


def file_length(source):
    if not source.is_c or not source.path.startswith(PRODUCT):
        return
    limit = FILE_LINES[source.path[-2:]]
    if source.path.startswith('include/'):
        limit = PUBLIC_HEADER_LINES
    if len(source.lines) > limit:
        yield limit + 1, f'{len(source.lines)} lines; {limit} at most'


def project_includes(source):
    if not source.path.startswith(('common/', 'plugins/')) \
            or not source.path.endswith('.c'):
        return
    ours = [line for line, name in source.includes() if name[0] == '"']
    if len(ours) > PROJECT_INCLUDES:
        yield ours[-1], (f'{len(ours)} includes of our own; '
                         f'{PROJECT_INCLUDES} at most')


MUTABLE_ALLOWED = {'common/service/service.c': 1}


def mutable_state(source):
    """No variable outlives a call: one in service.c, self in plugin.c."""
    if not source.path.endswith('.c') \
            or not source.path.startswith(('common/', 'plugins/')):
        return
    found = [(line, text) for line, text in source.outside()
             if is_mutable(text)]
    for function in source.functions():
        for at, text in function.statics():
            if is_mutable(text):
                found.append((at, text))
    allowed = MUTABLE_ALLOWED.get(source.path, 0)
    if re.match(r'plugins/\w+/plugin\.c$', source.path):
        found = [f for f in found if not re.search(r'\bself\b', f[1])]
    for line, text in found[allowed:]:
        yield line, f'mutable: {" ".join(text.split())[:60]}'


def is_mutable(text):
    """True for a definition of a variable that is not const."""
    if re.match(r"(__extension__ +)?(typedef|extern|_Static_assert)\b", text):
        return False
    head = text.split('=')[0]
    head = re.sub(r'\{.*\}', ' ', head, flags=re.S)
    head = re.sub(r'__attribute__\s*\(\(.*?\)\)', ' ', head, flags=re.S)
    head = re.sub(r'\[[^\]]*\]', ' ', head)
    if re.fullmatch(r'\s*(struct|enum|union)\s+(LLMREG_\w+\s+)?\w*\s*', head):
        return False
    if re.match(r'[\w\s*]*\w\s*\(\s*(?!\*)', head):
        return False
    pointer = re.search(r'\(\s*\*\s*(const\s+)?\w+\s*\)\s*\(', head)
    if pointer:
        return pointer.group(1) is None
    if '(' in head or not re.search(r'\w\s+[\w*]', head):
        return False
    if '*' in head:
        return not re.search(r'\*\s*const\s+\w+\s*$', head)
    return not re.search(r'\bconst\b', head)


# ---- words -----------------------------------------------------------------

# Nowhere in our C.
BANNED = ('strcpy strcat sprintf vsprintf strncpy strncat strtok atoi atol '
          'atof gets alloca strdupa pthread_cancel pthread_kill '
          'pthread_detach').split()
# Nor in what runs inside collectd.
BANNED_INSIDE = ('exit _exit quick_exit abort assert fork vfork system popen '
                 'signal sigaction printf puts perror sleep usleep '
                 'nanosleep').split()
# Nor in unit and plugin tests: they take time from a clock of their own.
BANNED_IN_TESTS = 'sleep usleep nanosleep'.split()


def banned_words(source):
    if not source.is_c:
        return
    words = list(BANNED)
    if source.path.startswith(PRODUCT):
        words += BANNED_INSIDE
    elif source.path.startswith(('tests/unit/', 'tests/plugin/')):
        words += BANNED_IN_TESTS
    pattern = re.compile(r'(?<![\w.>])(' + '|'.join(words) + r')\s*\(')
    for number, line in enumerate(source.code.splitlines(), 1):
        match = pattern.search(line)
        if match:
            yield number, f'{match.group(1)} is banned'


def one_label(source):
    """goto goes to done."""
    if not source.is_c or not source.path.startswith(PRODUCT):
        return
    for number, line in enumerate(source.code.splitlines(), 1):
        match = re.search(r'\bgoto\s+(\w+)', line)
        if match and match.group(1) != 'done':
            yield number, f'goto {match.group(1)}: the label is called done'


def sql_is_constant(source):
    """SQL is text in the program; data is bound."""
    if not source.path.startswith('common/store/'):
        return
    pattern = re.compile(r'(printf|text_add\w*)\s*\([^;]*"\s*'
                         r'(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE)\b')
    text = re.sub(r'/\*.*?\*/', blank_keep_lines, source.text, flags=re.S)
    for match in pattern.finditer(text):
        yield text.count('\n', 0, match.start()) + 1, 'SQL is built of data'


def blank_keep_lines(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


def no_leftovers(source):
    """Nothing left to do, no code kept in a drawer, no // comments."""
    words = re.compile(r'\b(TO[D]O|FIX[M]E|XX[X])\b')
    for number, line in enumerate(source.lines, 1):
        if words.search(line):
            yield number, 'do it, or file it'
        if source.is_c and re.match(r'\s*#\s*if\s+0\b', line):
            yield number, 'code that is switched off'
        if source.is_c and re.match(r'\s*/\*\s*[^*]*[;{]\s*\*/\s*$', line):
            yield number, 'code in a comment'
    if not source.is_c:
        return
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/', blank_keep_lines,
                  source.text, flags=re.S)
    for number, line in enumerate(bare.splitlines(), 1):
        if '//' in line:
            yield number, 'comments are /* like this */'
        if re.match(r'\s*typedef\s+(struct|union|enum)\b[^(]*$', line):
            yield number, 'structs and enums keep their names'


def licence(source):
    """The SPDX line, first or after #!."""
    if source.path.endswith('.md'):
        return
    head = source.lines[:3]
    if not any('SPDX-License-Identifier: MIT' in line for line in head) \
            and source.lines and not source.path.endswith(('.mk', '.pod',
                                                           '.tab')):
        yield 1, 'no line "SPDX-License-Identifier: MIT" at the top'


def clean_lines(source):
    """80 columns of C, no blanks at the end, a line feed at the end."""
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            yield number, 'blanks at the end of the line'
        if source.is_c and '\t' in line:
            yield number, 'a tab'
        if source.is_c and len(line) > 80:
            yield number, f'{len(line)} columns; 80 at most'
    if source.text and not source.text.endswith('\n'):
        yield len(source.lines), 'no line feed at the end'


def own_world(source):
    """Nothing points at one machine."""
    pattern = re.compile(r'(?<![\w.])/(work|home|root)/[\w.]+')
    for number, line in enumerate(source.lines, 1):
        if pattern.search(line):
            yield number, 'a path that only one machine has'


RULES = [
    room_direction, include_form, plugin_includes, contract_includes,
    libraries, function_length, function_nesting, function_parameters,
    file_length, project_includes, mutable_state, banned_words, one_label,
    sql_is_constant, no_leftovers, licence, clean_lines, own_world,
]
