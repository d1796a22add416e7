/** All robots, kind by kind, with their pictures: which task of which one to drive. */
import { useEffect, useRef } from "preact/hooks";
import type { GalleryController, GalleryRobot } from "../../../../src/stream/protocol.ts";
import type { Page } from "../../page/page.ts";
import { type Store, useStore } from "../../state/store.ts";
import { Icon } from "../widgets/icons.tsx";
import { RobotPicture } from "./robot-picture.tsx";
import "./start.css";

/** The dialog with all robots. */
export function RobotMenu({ store, page }: { store: Store; page: Page }) {
  const robots = useStore(store, (state) => state.gallery ?? []);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => store.set({ areRobotsOpen: false });
  const drive = (name: string) => {
    close();
    page.place.drive(name);
  };
  return (
    <dialog class="robots" ref={dialog} aria-label="Robots" onClose={close}>
      <header>
        <h2>Robots</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="robots-scroll">
        {kindsOf(robots).map(([kind, members]) => (
          <section key={kind} aria-label={kind}>
            <h3>{kind}</h3>
            <ul class="robot-cards">
              {members.map((robot) => (
                <li key={robot.name}>
                  <RobotCard store={store} page={page} robot={robot} drive={drive} />
                </li>
              ))}
            </ul>
            {kind === "Yours" && members.length === 0 && (
              <p>
                None yet. <code>npx flowgait init my-robot</code> creates one; start the studio with{" "}
                <code>--task my-task.ts</code> and it is listed here.
              </p>
            )}
          </section>
        ))}
      </div>
    </dialog>
  );
}

interface RobotCardProps {
  readonly store: Store;
  readonly page: Page;
  readonly robot: GalleryRobot;
  readonly drive: (name: string) => void;
}

function RobotCard({ store, page, robot, drive }: RobotCardProps) {
  const { name, tasks, controllers } = robot;
  const [first] = controllers;
  const subject = { task: first?.task ?? tasks[0], controller: first?.name ?? null };
  return (
    <article class="robot-card wide" data-robot={name}>
      <RobotPicture store={store} gallery={page.gallery} subject={subject} isOnTop />
      <div class="robot-card-text">
        <strong>{name}</strong>
        <ul class="robot-tasks">
          {tasks.map((task) => (
            <li key={task}>
              <TaskRow task={task} controller={controllers.find((one) => one.task === task)} drive={drive} />
            </li>
          ))}
        </ul>
      </div>
    </article>
  );
}

interface TaskRowProps {
  readonly task: string;
  readonly controller: GalleryController | undefined;
  readonly drive: (name: string) => void;
}

/** A task, and its controller's row where one ships. */
function TaskRow({ task, controller, drive }: TaskRowProps) {
  return (
    <button
      type="button"
      class={controller ? "robot-task ready" : "robot-task"}
      onClick={() => drive(controller?.name ?? task)}
    >
      <span>
        {task.split("/").at(-1)}
        {controller?.isExperimental && <em class="badge">experimental</em>}
        {controller && !controller.isExperimental && <em class="badge good">controller</em>}
      </span>
      {controller && (
        <small>
          {controller.result} ({controller.origin})
        </small>
      )}
    </button>
  );
}

/** Kinds in the order of the list; the user's own are always named. */
function kindsOf(robots: readonly GalleryRobot[]): [string, GalleryRobot[]][] {
  const kinds = new Map<string, GalleryRobot[]>();
  for (const robot of robots) kinds.set(robot.kind, [...(kinds.get(robot.kind) ?? []), robot]);
  const own = kinds.get("Yours") ?? [];
  kinds.delete("Yours");
  return own.length > 0 ? [["Yours", own], ...kinds] : [...kinds, ["Yours", own]];
}
