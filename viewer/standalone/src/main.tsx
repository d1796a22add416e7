/** A controller drives its robot in this page, without any server. */
import { render } from "preact";
import type { PagePayload } from "../../../src/export/page/payload.ts";
import type { PlayedRobot } from "../../../src/export/page/played-robot.ts";
import { describeScene } from "../../../src/physics/looks/scene-description.ts";
import type { RunInfo, StreamScene } from "../../../src/stream/protocol.ts";
import { plainCurves } from "../../src/page/curve-style.ts";
import { usualPush } from "../../src/page/push.ts";
import { undrawnOf } from "../../src/scene/bodies/undrawn.ts";
import { Stage } from "../../src/scene/stage.ts";
import { initialState } from "../../src/state/initial-state.ts";
import { defaultOptions, onSystemTheme, prefersReducedMotion, systemTheme } from "../../src/state/settings.ts";
import { Store } from "../../src/state/store.ts";
import { drivingKeys, listen } from "../../src/ui/keys.ts";
import { listenToPointer } from "../../src/ui/pointer.ts";
import "../../src/ui/theme.css";
import "../../src/ui/style.css";
import { Controls } from "./controls.tsx";
import { Player } from "./player.ts";
import { replay } from "./replay.ts";
import { createRobot, readPayload } from "./world.ts";
import "./style.css";

const root = document.querySelector<HTMLElement>("#interface")!;

/** Nothing is kept from visit to visit: a page from the disk has no place of its own. */
const settings = {
  options: defaultOptions,
  gridCount: 1,
  cameraView: "three-quarter",
  isFollowing: true,
  push: usualPush,
  curveStyle: plainCurves,
  hasKeys: true,
  theme: null,
} as const;

function infoOf({ task, run, commandRanges }: PagePayload, { env }: PlayedRobot): RunInfo {
  const isSteered = commandRanges.length === 3;
  return {
    task,
    run,
    algorithm: "",
    environments: 1,
    controlHz: env.controlHz,
    episodeSteps: env.episodeSteps,
    totalSteps: 0,
    hasCommand: isSteered,
    commandRanges: isSteered ? commandRanges : [],
    rewardNames: [],
    actionNames: [],
    keyframes: [],
    handles: env.handles.all,
    goal: null,
    capabilities: isSteered ? ["steer", "simulate"] : ["simulate"],
  };
}

function openStage(scene: StreamScene, hasCommand: boolean): Stage {
  const canvas = document.querySelector<HTMLCanvasElement>("#stage")!;
  const stage = new Stage(canvas, { quality: null, isStill: prefersReducedMotion });
  document.documentElement.classList.toggle("plain", stage.isPlain);
  const dress = () => {
    document.documentElement.dataset.theme = systemTheme();
    stage.setTheme(systemTheme());
  };
  dress();
  onSystemTheme(dress);
  stage.setOptions(defaultOptions);
  stage.setCameraView("three-quarter");
  stage.setScene(scene, hasCommand);
  const fit = () => stage.resize(canvas.clientWidth, canvas.clientHeight);
  new ResizeObserver(fit).observe(canvas);
  fit();
  return stage;
}

async function open(): Promise<void> {
  const payload = readPayload();
  const robot = await createRobot(payload);
  const info = infoOf(payload, robot);
  const store = new Store({ ...initialState(settings), connection: { state: "open" }, channel: "drive", info });
  const scene: StreamScene = describeScene(robot.env.sim);
  const stage = openStage(scene, info.hasCommand);
  store.set({ undrawn: undrawnOf(scene, 1) });
  store.set({ screen: stage.screenState });
  stage.onScreen = (screen) => store.set({ screen });
  const player = new Player(robot, stage, store);
  const { drive } = player;
  render(<Controls store={store} drive={drive} canPush={robot.canBePushed} />, root);
  listenToPointer(stage.canvas, store, { hand: player.hand, view: { pick: () => {} } });
  const keys = drivingKeys(drive);
  listen(drive, (key) => keys[key]);
  player.start();
  // For tests and the curious.
  Object.assign(globalThis, {
    flowgait: { robot, stage, store, replay: (wishes: Parameters<typeof replay>[1]) => replay(payload, wishes) },
  });
}

open().catch((error: unknown) => {
  const failure = document.createElement("p");
  failure.className = "failure";
  failure.textContent = `This page cannot run: ${error instanceof Error ? error.message : String(error)}`;
  root.append(failure);
});
