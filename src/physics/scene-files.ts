/** The files that a scene consists of: those that MuJoCo opens when it compiles the scene. */
import { UserError } from "../math/user-error.ts";
import { compileModel } from "./engine.ts";
import { modulePath } from "./host-disk.ts";

/** A scene's files by absolute path, apart by how it names them. */
export interface NamedFiles {
  /** From the scene's own place, the scene among them: they may move with it. */
  readonly relative: ReadonlyMap<string, Uint8Array>;
  /** By absolute paths. */
  readonly absolute: ReadonlyMap<string, Uint8Array>;
}

/** What the disk is called where only absolute names do without it. */
const DISK = "/disk-of-the-scene";

/**
 * Every file of a scene, by the path that MuJoCo requests: folder of the scene and name joined, or the bare name where it is absolute.
 * @param scene absolute path, which may begin with one of `folders`
 * @param folders folders of the disk by the names that they have in `scene` and in the result
 * @throws UserError when the scene is missing or MuJoCo rejects it
 */
export async function readScene(
  scene: string,
  folders: Readonly<Record<string, string>> = {},
): Promise<Map<string, Uint8Array>> {
  const opened = new Map<string, Uint8Array>();
  const model = await compileModel(scene, { folders, opened });
  model.delete();
  return opened;
}

/** The same with relative and absolute names apart. Throws as `readScene` does. @param scene absolute path */
export async function readNamedFiles(scene: string): Promise<NamedFiles> {
  const path = modulePath(scene);
  const disk = path.startsWith("/") ? DISK : `${DISK}/`;
  const [relative, absolute] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
  const files = await readScene(disk + path, { [DISK]: "" }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw error.reworded(error.message.replaceAll(disk, ""));
  });
  for (const [name, bytes] of files)
    if (name.startsWith(disk)) relative.set(name.slice(disk.length), bytes);
    else absolute.set(name, bytes);
  return { relative, absolute };
}
