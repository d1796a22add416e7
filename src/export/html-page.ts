/** A controller as one HTML file that needs no server: MuJoCo, the controller and the viewer, with the robot's files inside. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { packageRoot } from "../files/package-root.ts";
import { UserError } from "../math/user-error.ts";
import { commonFolder } from "../physics/common-folder.ts";
import { readNamedFiles } from "../physics/scene-files.ts";
import { pageScript, scenePath, type Task } from "../tasks/index.ts";
import { originText } from "./contract/contract.ts";
import type { Contract } from "./contract/contract-schema.ts";
import { PAYLOAD_ID, type PagePayload } from "./page/payload.ts";
import { escaped } from "./report/html-text.ts";

/** Where the page's program was built to. */
const PROGRAM = join(packageRoot, "dist", "standalone");
const SEED = 1;

/**
 * The page's text.
 * @param taskFile file of a user's own task; null for one that ships
 * @param onnx bytes of the exported controller
 * @throws UserError when the user's task cannot run in a page, or the program was not built
 */
export async function htmlPage(
  task: Task,
  taskFile: string | null,
  onnx: Uint8Array,
  contract: Contract,
): Promise<string> {
  const [program, style] = await Promise.all([readBuilt("page.js"), readBuilt("page.css")]);
  const { scene, files } = await sceneInPage(task);
  const payload: PagePayload = {
    task: task.name,
    taskScript: taskFile === null ? null : await pageScript(taskFile),
    lesson: task.lesson?.name ?? "",
    settings: task.settings ?? {},
    scene,
    run: originText(contract.training),
    contract: {
      output: contract.output,
      outputKind: contract.outputKind,
      policy: { noiseSize: contract.policy.noiseSize },
    },
    controller: Buffer.from(onnx).toString("base64"),
    files,
    seed: SEED,
    commandRanges: contract.task.command?.ranges ?? [],
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${escaped(task.name)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<canvas id="stage" aria-label="The robot, simulated in this page"></canvas>
<div id="interface"></div>
<script type="application/json" id="${PAYLOAD_ID}">${inScript(JSON.stringify(payload))}</script>
<script type="module">${inScript(program)}</script>
</body>
</html>
`;
}

/** Text that may stand inside a script element: nothing in it ends the element. */
function inScript(text: string): string {
  return text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

async function readBuilt(name: string): Promise<string> {
  const path = join(PROGRAM, name);
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(`--format: html needs ${path}, which does not exist; try: npm run build`, { cause });
  });
}

/**
 * The scene with its files: this package's below /package, a user's own below /user. Those keep their places relative to each other and reveal
 * nothing else of where they lie; what a scene names by an absolute path stays there, as MuJoCo requests that.
 */
async function sceneInPage({ scene }: Task): Promise<Pick<PagePayload, "scene" | "files">> {
  const files = await readNamedFiles(scenePath({ scene }));
  const isOwn = isAbsolute(scene);
  const root = isOwn ? (commonFolder([...files.relative.keys()]) ?? "/") : packageRoot;
  const place = (path: string) => `/${isOwn ? "user" : "package"}/${relative(root, path).split(sep).join("/")}`;
  const all = [...[...files.relative].map(([path, bytes]) => [place(path), bytes] as const), ...files.absolute];
  const entries = all.map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")] as const);
  return { scene: place(scenePath({ scene })), files: Object.fromEntries(entries) };
}
