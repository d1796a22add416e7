// The gripper's shells: `node models/panda_robotiq/assets/shells.mjs` writes them. What the numbers mean stands in models/loft.mjs.
// All stand along the gripper's z, x being the way in which it opens. The arm's shells lie in models/panda.
import { writeShells } from "../../loft.mjs";

export const SHELLS = {
  palm: {
    roundness: 2.8,
    caps: [0.002, 0.006],
    sections: [
      [0.002, 0.037, 0.037, 0.037, 0],
      [0.024, 0.038, 0.038, 0.0375, 0],
      [0.048, 0.042, 0.042, 0.034, 0],
      [0.066, 0.044, 0.044, 0.027, 0],
      [0.082, 0.034, 0.034, 0.022, 0],
    ],
  },
  knuckle: {
    roundness: 2.6,
    caps: [0.009, 0.009],
    sections: [
      [-0.002, 0.01, 0.01, 0.0135, 0],
      [0.016, 0.009, 0.009, 0.0125, 0.004],
      [0.034, 0.009, 0.009, 0.0125, 0.0065],
      [0.048, 0.009, 0.009, 0.0125, 0.0068],
    ],
  },
  fingertip: {
    roundness: 3.2,
    caps: [0.003, 0.003],
    sections: [
      [-0.012, 0.008, 0.012, 0.0115, -0.006],
      [-0.002, 0.01, 0.016, 0.0115, -0.008],
      [0.01, 0.009, 0.011, 0.0112, -0.008],
      [0.026, 0.0075, 0.007, 0.011, -0.006],
      [0.042, 0.0065, 0.004, 0.0108, -0.0045],
    ],
  },
};

writeShells(import.meta.url, SHELLS);
