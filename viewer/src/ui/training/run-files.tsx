/** A run as files: what can be taken away of it, and runs that were taken elsewhere before. */
import { useRef, useState } from "preact/hooks";
import type { RunEntry } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";

/** Buttons that save what a run has. */
export function RunDownloads({ run, page }: { run: RunEntry; page: Page }) {
  if (run.checkpoints.length === 0) return null;
  const save = (what: "controller" | "page" | "run") => () => page.studio.download(run.key, what);
  return (
    <div class="run-buttons" data-testid="run-files">
      <button type="button" class="text-button" title="The controller as an ONNX file" onClick={save("controller")}>
        Save controller
      </button>
      <button type="button" class="text-button" title="One HTML file that plays the controller" onClick={save("page")}>
        Save page
      </button>
      <button
        type="button"
        class="text-button"
        title="All of the run in one file, for flowgait train --resume or another browser"
        onClick={save("run")}
      >
        Save run
      </button>
    </div>
  );
}

/** Opens a run's file, where the host takes one. */
export function OpenRun({ page }: { page: Page }) {
  const input = useRef<HTMLInputElement>(null);
  const [isOpening, setOpening] = useState(false);
  const { importRun } = page.host;
  if (importRun === undefined) return null;
  const open = async (file: File) => {
    setOpening(true);
    await importRun(file.name, await file.arrayBuffer()).catch((error: Error) =>
      page.notices.note({ type: "event", kind: "refused", steps: 0, message: error.message }),
    );
    setOpening(false);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".flowgait"
        hidden
        aria-label="Run file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = "";
          if (file) void open(file);
        }}
      />
      <button
        type="button"
        class="text-button"
        disabled={isOpening}
        title="Continue with a run that was saved as a file"
        onClick={() => input.current?.click()}
      >
        Open a run
      </button>
    </>
  );
}
