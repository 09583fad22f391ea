// Runs digests.py in Pyodide: node pyodide.mjs CHECKOUT SITE-PACKAGES
import { loadPyodide } from "pyodide";

const [checkout, packages] = process.argv.slice(2);
const python = await loadPyodide({ stdout: (line) => console.log(line), stderr: (line) => console.error(line) });
for (const [folder, at] of [[checkout, "/checkout"], [packages, "/packages"]]) {
  python.FS.mkdirTree(at);
  python.mountNodeFS(at, folder);
}
python.runPython(`
import runpy, sys
sys.path.append("/packages")
sys.dont_write_bytecode = True
sys.argv = ["digests.py", "/checkout"]
runpy.run_path("/checkout/tests/pythons/digests.py", run_name="__main__")
`);
