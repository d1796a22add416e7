import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Thread } from "../../src/threads/thread.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const entry = new URL("./computing-worker.js", import.meta.url);
/** A product of such matrices takes milliseconds. */
const SIZE = 400;

describe("a thread in the middle of ONNX Runtime's work", () => {
  it("is ended, and the process goes on", async () => {
    for (let k = 0; k < 5; k++) {
      const thread = new Thread(entry, SIZE);
      await once(thread, "message");
      await new Promise((resolve) => setTimeout(resolve, 7 * k));
      const over = once(thread, "exit");
      await thread.end();
      expect(await over).toEqual([1]);
    }
  });

  it("does not change the code that its process exits with", async () => {
    const program = join(await scratchFolder(), "leave.mjs");
    await writeFile(
      program,
      `import { Thread } from "${new URL("../../src/threads/thread.js", import.meta.url)}";
      const threads = [1, 2].map(() => new Thread(new URL("${entry}"), ${SIZE}));
      await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once("message", resolve))));
      setTimeout(() => process.exit(130), 20);`,
    );
    const child = spawn(process.execPath, [program], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([130, null]);
  });
});
