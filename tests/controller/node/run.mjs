// Runs the Python program on standard input in MicroPython, beside the modules that are given.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const micropython = await loadMicroPython({ heapsize: 64 * 1024 * 1024, linebuffer: true });
for (const file of process.argv.slice(2)) micropython.FS.writeFile(basename(file), readFileSync(file));
micropython.runPython(readFileSync(0, "utf8"));
