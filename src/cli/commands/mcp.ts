/** Arguments and flags of `flowgait mcp`. */
import type { Command } from "commander";
import type { Output } from "../../files/output.ts";
import type { McpOptions } from "../agents/mcp.ts";

/** Declares arguments, flags and help. The code of the command is loaded when it runs. */
export function declare(command: Command, output: Output): void {
  command
    .description(
      "Serve tasks, check, status, eval and why to an agent over the Model Context Protocol, on standard input and output. Needs the package @modelcontextprotocol/sdk.",
    )
    .option("--allow-writes", "serve train, stop and export, too (default: the agent can only read)")
    .action(async (options: McpOptions) => (await import("../agents/mcp.ts")).serveMcp(options, output));
}
