/** The page's words and controls. */
import { pad } from "./pad.ts";
import type { Steering } from "./steering.ts";

/** What buttons and keys do. */
export interface Actions {
  push(): void;
  restart(): void;
  /** @returns whether it now runs */
  toggle(): boolean;
}

/** What is told beside the picture. */
export interface Readout {
  /** Simulated seconds of this episode. */
  readonly seconds: number;
  readonly falls: number;
  /** Simulated seconds per second, while it runs. */
  readonly speed: number;
  readonly command: readonly number[];
  readonly twist: ArrayLike<number>;
}

/** Builds the interface. @returns shows a readout */
export function buildInterface(
  root: HTMLElement,
  about: { readonly task: string; readonly run: string; readonly canSteer: boolean; readonly canPush: boolean },
  steering: Steering,
  actions: Actions,
): (readout: Readout) => void {
  const title = made("header", "", made("h1", about.task), made("p", about.run));
  const numbers = made("dl", "");
  const pause = button("Pause", "P", () => {
    pause.firstChild!.textContent = actions.toggle() ? "Pause" : "Go on";
  });
  const buttons = made("nav", "", pause, button("Restart", "R", actions.restart));
  if (about.canPush) buttons.append(button("Push", "Space", actions.push));
  root.append(title, numbers, buttons);
  if (about.canSteer)
    root.append(pads(steering), made("footer", "W A S D walk, Q E turn; a gamepad's sticks do the same"));
  listenToKeys({ KeyP: () => pause.click(), KeyR: actions.restart, ...(about.canPush ? { Space: actions.push } : {}) });
  return (readout) => numbers.replaceChildren(...rows(readout, about.canSteer));
}

function pads(steering: Steering): HTMLElement {
  const walk = pad("Walk", true, (up, left) => {
    steering.pads = [up, left, steering.pads[2]];
  });
  const turn = pad("Turn", false, (_up, left) => {
    steering.pads = [steering.pads[0], steering.pads[1], left];
  });
  const box = made("div", "", walk, turn);
  box.className = "pads";
  return box;
}

function rows({ seconds, falls, speed, command, twist }: Readout, canSteer: boolean): HTMLElement[] {
  const pairs: [string, string][] = [
    ["time", `${seconds.toFixed(1)} s`],
    ["speed", `${speed.toFixed(2)} ×`],
    ["falls", String(falls)],
  ];
  if (canSteer) {
    const names = ["forward", "left", "turn"];
    const units = ["m/s", "m/s", "rad/s"];
    names.forEach((name, i) => {
      pairs.push([name, `${(twist[i] ?? 0).toFixed(2)} of ${(command[i] ?? 0).toFixed(2)} ${units[i]}`]);
    });
  }
  return pairs.flatMap(([name, value]) => [made("dt", name), made("dd", value)]);
}

function listenToKeys(keys: Readonly<Record<string, () => void>>): void {
  addEventListener("keydown", (event) => {
    const action = keys[event.code];
    if (!action || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}

function button(text: string, key: string, action: () => void): HTMLButtonElement {
  const element = made("button", text, made("kbd", key)) as HTMLButtonElement;
  element.addEventListener("click", () => {
    element.blur();
    action();
  });
  return element;
}

function made(name: string, text: string, ...children: HTMLElement[]): HTMLElement {
  const element = document.createElement(name);
  if (text !== "") element.append(text);
  element.append(...children);
  return element;
}
