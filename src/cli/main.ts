#!/usr/bin/env node
// The executable. Everything else can be imported without doing anything, but for the package's index, which switches telemetry off.
import { runCommandLine } from "./command-line.ts";
import { surviveLostTerminal } from "./terminal.ts";

surviveLostTerminal();
process.exitCode = await runCommandLine(process.argv.slice(2));
