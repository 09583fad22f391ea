// The names of the tests, the errors of those that fail, and their number in the last line.
export default async function* report(events) {
  const failures = [];
  let passed = 0;
  const started = Date.now();
  for await (const { type, data } of events) {
    if (type === "test:diagnostic" || data.details?.type === "suite") continue;
    if (type === "test:stderr" || type === "test:stdout") yield data.message;
    if (type === "test:pass") {
      passed += 1;
      yield `ok    ${data.name}\n`;
    }
    if (type === "test:fail") {
      failures.push(data);
      yield `FAIL  ${data.name}\n`;
    }
  }
  for (const { name, details } of failures) {
    const cause = details.error.cause ?? details.error;
    yield `\n---- ${name}\n${cause.stack ?? cause.message ?? cause}\n`;
  }
  const failed = failures.length ? `${failures.length} failed, ` : "";
  yield `\n${failed}${passed} passed in ${((Date.now() - started) / 1000).toFixed(1)}s\n`;
}
