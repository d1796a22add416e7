/** The files that a scene consists of: those that MuJoCo opens when it compiles the scene. */
import { compileModel } from "./engine.ts";

/**
 * Every file of a scene, by the path that MuJoCo asks for: folder of the scene and name joined, or the bare name where it is absolute.
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
