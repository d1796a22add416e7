/** A controller as one HTML file that needs no server: MuJoCo, the controller and the viewer, with the robot's files inside. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { UserError } from "../math/user-error.ts";
import { modulePath } from "../physics/host-disk.ts";
import { packageRoot } from "../physics/package-root.ts";
import { readScene } from "../physics/scene-files.ts";
import { pageScript, scenePath, type Task } from "../tasks/index.ts";
import type { Contract } from "./contract-schema.ts";
import { escaped } from "./html-text.ts";
import { PAYLOAD_ID, type PagePayload } from "./page/payload.ts";

/** Where the page's program was built to. */
const PROGRAM = join(packageRoot, "dist", "standalone");
const SEED = 1;
/** Folders of the disk by their names in a page. */
const PAGE_FOLDERS = { "/package": packageRoot, "/user": "" };

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
  const scene = pathInPage(scenePath(task));
  const payload: PagePayload = {
    task: task.name,
    taskScript: taskFile === null ? null : await pageScript(taskFile),
    lesson: task.lesson?.name ?? "",
    scene,
    run: contract.training.run,
    contract: {
      output: contract.output,
      outputKind: contract.outputKind,
      policy: { noiseSize: contract.policy.noiseSize },
    },
    controller: Buffer.from(onnx).toString("base64"),
    files: await sceneFiles(scene),
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
    throw new UserError(`--format: html needs ${path}, which is not there; build it with npm run build`, { cause });
  });
}

async function sceneFiles(scene: string): Promise<Record<string, string>> {
  const files = await readScene(scene, PAGE_FOLDERS);
  return Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]));
}

/** Scenes outside the package come below /user; their files keep their places relative to them. */
function pathInPage(path: string): string {
  const below = relative(packageRoot, path);
  const inside = below !== "" && !below.startsWith("..") && !isAbsolute(below);
  const name = inside ? `package/${below}` : `user/${path}`;
  return `/${modulePath(name).replace(/\/+/g, "/")}`;
}
