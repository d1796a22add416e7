/** A controller as one HTML file that needs no server: MuJoCo, the controller and the viewer, with the robot's files inside. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, posix } from "node:path";
import { UserError } from "../math/user-error.ts";
import { modulePath } from "../physics/host-disk.ts";
import { packageRoot } from "../physics/package-root.ts";
import { readScene } from "../physics/scene-files.ts";
import { pageScript, type Task } from "../tasks/index.ts";
import type { Contract } from "./contract-schema.ts";
import { escaped } from "./html-text.ts";
import { PAYLOAD_ID, type PagePayload } from "./page/payload.ts";

/** Where the page's program was built to. */
const PROGRAM = join(packageRoot, "dist", "standalone");
const SEED = 1;
const [PACKAGE, USER] = ["/package", "/user"];
/** Folders of the disk by their names in a page. */
const PAGE_FOLDERS = { [PACKAGE]: packageRoot, [USER]: "" };

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
    scene,
    run: contract.training.run,
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
    throw new UserError(`--format: html needs ${path}, which is not there; build it with npm run build`, { cause });
  });
}

/**
 * The scene with its files: this package's below /package, a user's own below /user. Those keep their places relative to each other and tell
 * nothing else of where they lie; what a scene names by an absolute path stays there, as MuJoCo asks for that.
 */
async function sceneInPage({ scene }: Task): Promise<Pick<PagePayload, "scene" | "files">> {
  const isOwn = isAbsolute(scene);
  const main = posix.join(isOwn ? USER : PACKAGE, modulePath(scene));
  const files = await readScene(main, PAGE_FOLDERS);
  const root = isOwn ? sharedFolder(main, [...files.keys()]) : USER;
  const place = (path: string) => (path.startsWith(`${root}/`) ? `${USER}${path.slice(root.length)}` : path);
  const entries = [...files].map(([path, bytes]) => [place(path), Buffer.from(bytes).toString("base64")] as const);
  return { scene: place(main), files: Object.fromEntries(entries) };
}

/** The deepest folder below /user that holds all of the paths there. */
function sharedFolder(main: string, paths: readonly string[]): string {
  const own = paths.filter((path) => path.startsWith(`${USER}/`));
  let folder = posix.dirname(main);
  while (!own.every((path) => path.startsWith(`${folder}/`))) folder = posix.dirname(folder);
  return folder;
}
