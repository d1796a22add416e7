/** `flowgait mcp`: the commands as tools of an agent, over the Model Context Protocol. Read-only unless writes are allowed. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Output } from "../../files/output.ts";
import { packageVersion } from "../../files/version.ts";
import { UserError } from "../../math/user-error.ts";
import { type Tool, toolsOf } from "./tools.ts";

/** The flags. */
export interface McpOptions {
  readonly allowWrites?: boolean;
}

/** What of the package is used. */
type Sdk = Pick<typeof import("@modelcontextprotocol/sdk/server/mcp.js"), "McpServer"> &
  Pick<typeof import("@modelcontextprotocol/sdk/server/stdio.js"), "StdioServerTransport">;

const INSTRUCTIONS = `Trains robot controllers. Work in this order: tasks, check, train, status until it is done, eval, why where the robot falls, export.
Settings are optional: presets are made for each task. Every tool returns JSON; an error is one line that says what was found and expected.`;

/** Serves until standard input ends. */
export async function serveMcp({ allowWrites = false }: McpOptions, output: Output): Promise<void> {
  const { McpServer: Server, StdioServerTransport } = await loadSdk();
  const server = new Server({ name: "flowgait", version: packageVersion() }, { instructions: INSTRUCTIONS });
  for (const tool of toolsOf(allowWrites)) register(server, tool);
  const transport = new StdioServerTransport();
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once("end", resolve);
  });
  await server.connect(transport);
  output.note(
    `flowgait mcp: serving ${allowWrites ? "all tools" : "tools that read; --allow-writes adds train, stop and export"}`,
  );
  await closed;
  await server.close();
}

function register(server: McpServer, { name, description, input, reads, run }: Tool): void {
  const annotations = { readOnlyHint: reads, destructiveHint: false, openWorldHint: false };
  server.registerTool(name, { description, inputSchema: input, annotations }, async (given, { signal }) => {
    try {
      return { content: [{ type: "text", text: await run(given, signal) }] };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { content: [{ type: "text", text: error.message }], isError: true };
    }
  });
}

/** From beside this package, else from the project of the working directory. @throws UserError with the command that installs it */
async function loadSdk(): Promise<Sdk> {
  const load = async <Module>(beside: () => Promise<Module>, name: string): Promise<Module> => {
    try {
      return await beside();
    } catch {
      const file = createRequire(`${process.cwd()}/project.js`).resolve(name);
      return (await import(pathToFileURL(file).href)) as Module;
    }
  };
  try {
    const [{ McpServer: Server }, { StdioServerTransport }] = await Promise.all([
      load(() => import("@modelcontextprotocol/sdk/server/mcp.js"), "@modelcontextprotocol/sdk/server/mcp.js"),
      load(() => import("@modelcontextprotocol/sdk/server/stdio.js"), "@modelcontextprotocol/sdk/server/stdio.js"),
    ]);
    return { McpServer: Server, StdioServerTransport };
  } catch (cause) {
    const found = "mcp: @modelcontextprotocol/sdk is not installed, expected it in this project";
    throw new UserError(`${found}; try: npm install @modelcontextprotocol/sdk@1`, { cause });
  }
}
