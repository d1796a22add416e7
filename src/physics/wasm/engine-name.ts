/** Builds of MuJoCo that simulate. */

/** The package's own, and DeepMind's, which is an optional peer dependency. */
export type EngineName = "mujoco-js" | "@mujoco/mujoco";

/** The package's own build. */
export const OWN_ENGINE: EngineName = "mujoco-js";
