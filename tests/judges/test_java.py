from __future__ import annotations

import json
import subprocess
from pathlib import Path

from judges.harness import Host, need

from oxconf.syntax import properties

READER = """
import java.io.*;
import java.nio.file.*;
import java.util.*;

public class Reader {
    public static void main(String[] files) throws IOException {
        for (String file : files) {
            Properties loaded = new Properties();
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                loaded.load(in);
            }
            StringJoiner pairs = new StringJoiner(",", "{", "}");
            loaded.forEach((key, value) -> pairs.add(quote(key) + ":" + quote(value)));
            System.out.println(pairs);
        }
    }

    private static String quote(Object text) {
        StringBuilder quoted = new StringBuilder("\\"");
        text.toString().chars().forEach(c -> quoted.append(String.format("\\\\u%04x", c)));
        return quoted.append('"').toString();
    }
}
"""


def test_java_reads_the_values_that_the_files_say(hosts: list[Host], tmp_path: Path) -> None:
    need("javac", "default-jdk-headless")
    files = [
        host.file(path) for host in hosts for path in host.paths if path.endswith((".properties", ".ccf"))
    ]
    assert files
    source = tmp_path / "Reader.java"
    source.write_text(READER)
    command = ["java", str(source), *map(str, files)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for file, line in zip(files, printed.splitlines(), strict=True):
        document = properties.parse(file.read_text())
        assert not document.problems
        assert not document.duplicates()
        assert json.loads(line) == {entry.key: entry.value for entry in document.entries}, file
