"""The properties syntax beside java.util.Properties itself, on texts that are easy to read differently."""

import shutil
import subprocess
from pathlib import Path

import pytest

from oxconf.syntax import properties
from oxconf.syntax.properties import Document, Entry

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")

# Asked and answered in hexadecimal UTF-16, one text a line; the answer is its keys and values, or "refused".
SOURCE = """
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

public class Load {
    static String hex(String s) {
        StringBuilder out = new StringBuilder("x");
        for (char c : s.toCharArray()) out.append(String.format("%04x", (int) c));
        return out.toString();
    }
    public static void main(String[] args) throws Exception {
        for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.US_ASCII)) {
            StringBuilder text = new StringBuilder();
            for (int at = 1; at < line.length(); at += 4)
                text.append((char) Integer.parseInt(line.substring(at, at + 4), 16));
            Properties p = new Properties();
            try {
                p.load(new StringReader(text.toString()));
            } catch (IllegalArgumentException e) {
                System.out.println("refused");
                continue;
            }
            StringJoiner out = new StringJoiner(" ");
            for (String key : new TreeSet<>(p.stringPropertyNames()))
                out.add(hex(key) + "=" + hex(p.getProperty(key)));
            System.out.println(out);
        }
    }
}
"""

TEXTS = [
    "",
    "a=b",
    "a = b \n",
    "a : b\r\nc\td\re\ff",
    "a==b\nc=:d\ne = = f\ng : = h\n",
    "a b c=d\n",
    "novalue\n=nokey\n:\n",
    "# comment\n! comment\n  # indented\n\t!x\n#a\\\nb=1\n",
    "a=1\na=2\n",
    "path=C:\\temp\\new\n",
    "url=jdbc:mysql://h:3306/db?x=1&y=2\n",
    "a=one,\\\n   two,\\\n\tthree\nb=2\n",
    "a=one\\\n\nb=2\n",
    "a=one\\\r\n  two\rb=2\r\n",
    "a=one\\\r\n\r\nb=2",
    "a=one\\\\\nb=two\\\\\\\nthree",
    "\\",
    "\\\n",
    "\\\r\n",
    "\\\r",
    "\\\n\\\n",
    "\\\n   ",
    "\\\n# still a comment\na=1",
    "\\\na=1",
    "a\\\n=1",
    "a=\\\n",
    "a=b\\",
    "a=b\\\n",
    "a=b\\\r\n",
    "a=b\\\n   \nc=1",
    "a=b\\\n# not a comment\nc=1",
    "a=b\\\n  \\\n c\n",
    "a\\ b\\=c\\:d = e\\ f\n",
    "\\#a=1\n\\!b=2\n",
    "a#b=c#d ! e\n",
    "a=\\u00e9\\u20AC\\uD83D\\uDE00\n",
    "\\u0061\\u003db=c\n",
    "a=\\u00zz\nb=1\n",
    "a=\\u12\n",
    "a=\\u",
    "a=\\uuuu0041\n",
    "a=\\q\\'\\\"\\0\n",
    "a=\\\\u0041\n",
    "a=\\t\\n\\r\\f\n",
    "a=x\x0by\n\x0bb=1\n",
    "a=x\x00y\nb=\x1a\n",
    "a=é€😀\n",
    "a=x\x85y\u2028z\n",
    " \t\f a \t\f = \t\f b \t\f\n",
    "a\n b\n\tc",
    "a=#1\nb=!2\n",
    "a= \\ b\n",
    "\ufeffa=1\n",
]

NASTY = [
    "",
    " ",
    "  a ",
    "\n",
    "\r\n",
    "\\",
    "\\\\",
    "a\\",
    '"',
    "'",
    "#",
    "!",
    ";",
    "=",
    ":",
    "${x}",
    "%s",
    "\t",
    "\f",
    "\x0b",
]
NASTY += ["\x01", "\x7f", "é", "€", "😀", "\u2028", "\\u0041", "a\nb=c", "jdbc:mysql://h:3306/db?a=b"]


def java(texts: list[str], folder: Path) -> list[dict[str, str] | None]:
    def unhex(text: str) -> str:
        return bytes.fromhex(text[1:]).decode("utf-16-be", "surrogatepass")

    source = folder / "Load.java"
    source.write_text(SOURCE)
    asked = folder / "texts"
    asked.write_text("".join(f"x{text.encode('utf-16-be', 'surrogatepass').hex()}\n" for text in texts))
    run = subprocess.run(["java", source, asked], capture_output=True, text=True, check=True)
    answers: list[dict[str, str] | None] = []
    for line in run.stdout.splitlines():
        pairs = (pair.split("=") for pair in line.split())
        answers.append(None if line == "refused" else {unhex(key): unhex(value) for key, value in pairs})
    return answers


def ours(text: str) -> dict[str, str] | None:
    document = properties.parse(text)
    return None if document.problems else {entry.key: entry.value for entry in document.entries}


def test_java_reads_what_we_read_and_what_we_write(tmp_path: Path) -> None:
    pairs = [(key, value) for key in NASTY for value in NASTY]
    written = [properties.render(Document((Entry(*pair), Entry("z", "1")))) for pair in pairs]
    texts = TEXTS + written
    answers = java(texts, tmp_path)
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        assert ours(text) == answer, repr(text)
    assert answers[len(TEXTS) :] == [{key: value, "z": "1"} for key, value in pairs]
