/** How this page's user looks at the scene: which environments, from where, with what drawn, in which theme. The stage follows; the choices are kept. */
import type { Stage } from "../scene/stage.ts";
import { onSystemTheme, saveSettings, systemTheme } from "../state/settings.ts";
import type { CameraView, GridCount, PageState, Store, Theme, ViewOptions } from "../state/store.ts";

/** Fields that are kept from visit to visit. */
const keptFields = [
  "options",
  "gridCount",
  "cameraView",
  "isFollowing",
  "push",
  "curveStyle",
  "hasKeys",
  "theme",
] as const;

/** The user's choices about the picture; each goes into the store, and from there to the stage. */
export class View {
  private readonly store: Store;
  private readonly stage: Stage;
  private chosenTheme: Theme | null;

  /** @param chosenTheme what the user chose before; null follows the system */
  constructor(store: Store, stage: Stage, chosenTheme: Theme | null) {
    this.store = store;
    this.stage = stage;
    this.chosenTheme = chosenTheme;
    onSystemTheme(() => {
      if (this.chosenTheme === null) store.set({ theme: systemTheme() });
    });
  }

  /** Brings the stage to what the store says. */
  start(): void {
    const { theme, options, cameraView } = this.store.get();
    this.stage.setTheme(theme);
    this.stage.setOptions(options);
    this.stage.setCameraView(cameraView);
  }

  /** Follows an environment; numbers outside the run wrap around. */
  follow(environment: number): void {
    const total = this.store.get().info?.environments ?? 1;
    this.store.set({ followed: ((environment % total) + total) % total });
  }

  /** Follows the environment at `step` from the present one. */
  followNext(step: number): void {
    this.follow(this.store.get().followed + step);
  }

  /** Follows the robot at a point of the canvas, in CSS pixels. */
  pick(x: number, y: number): void {
    const environment = this.stage.pick(x, y);
    if (environment !== null) this.follow(environment);
  }

  /** Shows so many environments side by side. */
  setGridCount(gridCount: GridCount): void {
    this.store.set({ gridCount });
  }

  /** Pauses or resumes this page's picture; the simulation continues. */
  setPaused(isPaused: boolean): void {
    this.store.set({ isPaused });
  }

  /** Whether the camera goes along with the followed robot. */
  setFollowing(isFollowing: boolean): void {
    this.store.set({ isFollowing });
  }

  /** Moves the camera to a named view, even if that is the chosen one already. */
  setCameraView(cameraView: CameraView): void {
    this.store.set({ cameraView });
    this.stage.setCameraView(cameraView);
  }

  /** Shows or hides one kind of thing. */
  setOption(name: keyof ViewOptions, value: boolean): void {
    this.store.set({ options: { ...this.store.get().options, [name]: value } });
  }

  /** Changes between light and dark; the system is not followed from then on. */
  toggleTheme(): void {
    this.chosenTheme = this.store.get().theme === "dark" ? "light" : "dark";
    this.store.set({ theme: this.chosenTheme });
  }

  /** Carries a change of the store to the stage and to what is kept. */
  apply(state: PageState, before: PageState): void {
    const { stage } = this;
    const changed = (...names: readonly (keyof PageState)[]) => names.some((name) => state[name] !== before[name]);
    if (changed("theme")) stage.setTheme(state.theme);
    if (changed("options")) stage.setOptions(state.options);
    if (changed("isFollowing", "isBeside", "ghosts", "followed", "gridCount")) stage.invalidate();
    if (state.drive?.branch?.start !== before.drive?.branch?.start) stage.invalidate();
    if (changed("followed")) this.store.set({ terms: null });
    if (changed(...keptFields)) saveSettings({ ...state, theme: this.chosenTheme });
  }
}
