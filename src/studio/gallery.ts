/** The robots of this studio as its pages show them, and which of them can be driven. */
import { basename } from "node:path";
import { type ControllerCard, controllerCards, resultText } from "../catalogue/controller-cards.ts";
import { listRobots } from "../catalogue/robots.ts";
import { UserError } from "../math/user-error.ts";
import type { GalleryController, GalleryMessage, GalleryRobot, PortraitSubject } from "../stream/protocol.ts";
import { isTaskFile } from "../tasks/index.ts";

/** Title of what the user brings along. */
const OWN = "Yours";

/** @param task what the studio was started with; listed among the robots if it is a file */
export function gallery(task: string): GalleryMessage {
  const cards = controllerCards();
  const robots: GalleryRobot[] = listRobots().map((robot) => ({
    ...robot,
    controllers: cards.filter((card) => robot.tasks.includes(card.task)).map(controllerOf),
  }));
  const own = isTaskFile(task) ? [{ name: basename(task), kind: OWN, tasks: [task], controllers: [] }] : [];
  return { type: "gallery", robots: [...own, ...robots] };
}

/** Throws UserError where the gallery does not have the robot, or the controller is not one of it. */
export function checkSubject({ robots }: GalleryMessage, { task, controller }: PortraitSubject): void {
  const robot = robots.find(({ tasks }) => tasks.includes(task));
  if (robot === undefined) throw new UserError(`${task}: is not a task of this studio's robots`);
  if (controller !== null && !robot.controllers.some((one) => one.name === controller && one.task === task))
    throw new UserError(`${controller}: is not a shipped controller of ${task}`);
}

function controllerOf(card: ControllerCard): GalleryController {
  const { name, task, experimental = false, steps, evaluation } = card;
  const { episodes, seed } = evaluation;
  const origin = `${episodes} episodes, seed ${seed}; trained for ${(steps / 1e6).toLocaleString("en")} M steps`;
  return { name, task, isExperimental: experimental, result: resultText(card), origin };
}
