# SPDX-License-Identifier: MIT
"""Reads C as far as the rules need it: no preprocessor, no types.

It relies on the house's layout: a function's braces stand alone in column 0,
which .clang-format sees to.  What it gives: the text with comments and
strings blanked (same length, same lines), the functions with their length,
parameters and depth, and the declarations outside of functions.
"""

import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

BLANKED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                     r"|'(?:\\.|[^'\\\n])*'", re.S)
CONTROL = ('if', 'for', 'while', 'switch', 'do')


def blank(text, strings_too=True):
    """text with comments (and the inside of strings) made of spaces."""
    def spaces(match):
        found = match.group(0)
        if found[0] == '"' or found[0] == "'":
            if not strings_too:
                return found
            return found[0] + ' ' * (len(found) - 2) + found[0]
        return re.sub(r'[^\n]', ' ', found)
    return BLANKED.sub(spaces, text)


class Source:
    """One file.  path is how it is called in messages and in the rules."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.code = blank(text)
        self.is_c = path.endswith(('.c', '.h'))

    def includes(self):
        """(line, name) of each #include, name with its brackets."""
        for number, line in enumerate(self.lines, 1):
            match = re.match(r'\s*#\s*include\s+([<"][^>"]+[>"])', line)
            if match:
                yield number, match.group(1)

    def functions(self):
        """The functions, as the layout shows them."""
        lines = self.code.splitlines()
        start = None
        for number, line in enumerate(lines, 1):
            if line.rstrip() == '{':
                start = number
            elif line.rstrip() == '}' and start is not None:
                yield Function(lines, start, number)
                start = None

    def outside(self):
        """(line, text) of each declaration at file scope, without bodies."""
        text = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', blank_lines,
                      self.code, flags=re.M)
        text = re.sub(r'^\{\n.*?^\}$', blank_lines, text,
                      flags=re.M | re.S)
        depth, start = 0, 0
        for at, char in enumerate(text):
            depth += (char in '{(') - (char in '})')
            if char == ';' and depth == 0:
                chunk = text[start:at]
                lead = len(chunk) - len(chunk.lstrip())
                yield text.count('\n', 0, start + lead) + 1, chunk.strip()
                start = at + 1


def blank_lines(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


class Function:
    """A function from its opening brace to its closing one."""

    def __init__(self, lines, start, end):
        self.line = start
        self.length = end - start + 1
        head = self._head(lines, start)
        match = re.search(r'(\w+)\s*\(', head)
        self.name = match.group(1) if match else '?'
        self.parameters = count_parameters(head[match.end():]) if match else 0
        self.body = '\n'.join(lines[start:end - 1])

    def statics(self):
        """(line, text) of each static declaration in the body."""
        for match in re.finditer(r'\bstatic\b', self.body):
            depth = 0
            for end in range(match.start(), len(self.body)):
                char = self.body[end]
                depth += (char in '{(') - (char in '})')
                if char == ';' and depth == 0:
                    break
            at = self.body.count('\n', 0, match.start())
            yield self.line + 1 + at, self.body[match.start():end]

    @staticmethod
    def _head(lines, start):
        first = start - 1
        while first > 0 and lines[first - 1].strip() \
                and not lines[first - 1].startswith(('}', '#')) \
                and not lines[first - 1].rstrip().endswith(';'):
            first -= 1
        return ' '.join(lines[first:start - 1])

    def depth(self):
        """How deep control statements stand in one another."""
        tokens = re.findall(r'\w+|[^\s\w]', self.body)
        return Depth(tokens).of_block()


def count_parameters(text):
    """Parameters in "int a, int b) attributes"; void and ... are none."""
    depth, count, seen = 0, 0, ''
    for char in text:
        if char == ')' and depth == 0:
            break
        depth += (char in '([') - (char in ')]')
        if char == ',' and depth == 0:
            count += 1
        seen += char
    if seen.rstrip().endswith('...'):
        return count
    return 0 if seen.strip() in ('', 'void') else count + 1


class Depth:
    """Walks statements; else-if does not count as deeper."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def of_block(self):
        deepest = 0
        while self.peek() not in (None, '}'):
            deepest = max(deepest, self.of_statement())
        self.at += 1
        return deepest

    def of_statement(self):
        token = self.peek()
        if token == '{':
            self.at += 1
            return self.of_block()
        if token == 'else':
            self.at += 1
            if self.peek() == 'if':
                return self.of_statement()
            return 1 + self.of_statement()
        if token in CONTROL:
            self.at += 1
            if self.peek() == '(':
                self.skip_parentheses()
            if self.peek() == ';':
                self.at += 1
                return 0
            return 1 + self.of_statement()
        return self.of_expression()

    def of_expression(self):
        """To the semicolon; "name(...) {" is a macro that loops."""
        previous = None
        while self.peek() not in (None, ';', '}'):
            token = self.peek()
            if token == '(':
                self.skip_parentheses()
                previous = ')'
            elif token == '{' and previous == ')' \
                    and self.tokens[self.at - 1] == ')':
                self.at += 1
                return 1 + self.of_block()
            elif token == '{':
                self.skip_braces()
                previous = '}'
            elif token == ':' and previous is not None \
                    and self.is_label():
                self.at += 1
                return 0
            else:
                previous = token
                self.at += 1
        if self.peek() == ';':
            self.at += 1
        return 0

    def is_label(self):
        back = self.at - 1
        while back >= 0 and self.tokens[back] not in (';', '{', '}', ':', '?'):
            back -= 1
        words = self.tokens[back + 1:self.at]
        return words[0] in ('case', 'default') or len(words) == 1

    def skip_parentheses(self):
        self.skip('(', ')')

    def skip_braces(self):
        self.skip('{', '}')

    def skip(self, opening, closing):
        depth = 0
        while self.peek() is not None:
            depth += (self.peek() == opening) - (self.peek() == closing)
            self.at += 1
            if depth == 0:
                return


# Where people write; build directories and what git ignores are elsewhere.
ROOMS = ('.ci', 'common', 'contrib', 'include', 'plugins', 'tests')
# Verbatim answers of servers, and what breaks the rules on purpose.
SKIPPED = ('tests/data', 'tests/lint/bad')
SUFFIXES = ('.c', '.h', '.py', '.sh', '.mk', '.am', '.ac', '.in', '.md',
            '.conf', '.pod', '.sql', '.tab', '.awk')


def is_text(path):
    name = os.path.basename(path)
    if name in ('.dirstamp', 'Makefile.in') or name.endswith(('.pyc', '~')):
        return False
    return name.endswith(SUFFIXES) or '.' not in name


def project_paths():
    """Every file that people wrote, from the top."""
    for name in ('Makefile.am', 'configure.ac', 'README.md', 'HACKING.md'):
        yield name
    for room in ROOMS:
        for folder, folders, names in os.walk(os.path.join(TOP, room)):
            here = os.path.relpath(folder, TOP)
            folders[:] = sorted(f for f in folders
                                if os.path.join(here, f) not in SKIPPED
                                and f not in ('__pycache__', '.deps', '.libs'))
            for name in sorted(names):
                path = os.path.join(here, name)
                if is_text(path):
                    yield path


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as file:
        return Source(path, file.read())
