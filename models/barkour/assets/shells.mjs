// Barkour's shells: `node models/barkour/assets/shells.mjs` writes them. What the numbers mean stands in models/loft.mjs.
// Trunk, belly, nose and face lie on their side: their z is the robot's x, and their front is below. Hip, thigh and shank lie along their legs' x.
import { writeShells } from "../../loft.mjs";

export const SHELLS = {
  trunk: {
    roundness: 5,
    caps: [0.014, 0.014],
    sections: [
      [-0.165, 0.03, 0.056, 0.04, 0],
      [-0.12, 0.034, 0.064, 0.094, 0],
      [-0.05, 0.034, 0.068, 0.1, 0],
      [0.05, 0.034, 0.068, 0.1, 0],
      [0.12, 0.034, 0.064, 0.094, 0],
      [0.165, 0.03, 0.056, 0.04, 0],
    ],
  },
  belly: {
    roundness: 4,
    caps: [0.012, 0.012],
    sections: [
      [-0.14, 0.05, 0.02, 0.074, 0],
      [-0.06, 0.064, 0.02, 0.088, 0],
      [0.06, 0.064, 0.02, 0.088, 0],
      [0.14, 0.05, 0.02, 0.074, 0],
    ],
  },
  nose: {
    roundness: 4,
    caps: [0.01, 0.01],
    sections: [
      [0.14, 0.05, 0.05, 0.05, 0],
      [0.2, 0.046, 0.046, 0.046, 0],
      [0.26, 0.042, 0.046, 0.05, 0],
      [0.292, 0.036, 0.046, 0.05, 0],
    ],
  },
  face: {
    roundness: 4.5,
    caps: [0.008, 0.012],
    sections: [
      [0.272, 0.044, 0.055, 0.056, 0],
      [0.292, 0.042, 0.055, 0.056, 0],
      [0.306, 0.034, 0.048, 0.05, 0],
    ],
  },
  hip: {
    roundness: 3,
    caps: [0.012, 0.006],
    sections: [
      [-0.022, 0.038, 0.038, 0.04, 0],
      [0.002, 0.05, 0.05, 0.05, 0],
      [0.03, 0.052, 0.052, 0.05, 0],
    ],
  },
  thigh: {
    roundness: 3,
    caps: [0.022, 0.02],
    sections: [
      [-0.19, 0.011, 0.011, 0.026, 0],
      [-0.13, 0.013, 0.013, 0.03, 0],
      [-0.06, 0.016, 0.016, 0.044, 0],
      [0, 0.018, 0.018, 0.056, 0],
      [0.03, 0.016, 0.016, 0.046, 0],
    ],
  },
  shank: {
    roundness: 2.4,
    caps: [0.008, 0.014],
    sections: [
      [-0.21, 0.0095, 0.0095, 0.0095, 0.0764],
      [-0.16, 0.0115, 0.0115, 0.011, 0.055],
      [-0.09, 0.0145, 0.0145, 0.013, 0.026],
      [-0.03, 0.019, 0.019, 0.0155, 0.007],
      [0.006, 0.022, 0.022, 0.016, 0],
    ],
  },
};

writeShells(import.meta.url, SHELLS);
