// The LEAP hand's shells: `node models/leap_hand/assets/shells.mjs` writes them. What the numbers mean stands in models/loft.mjs.
// Each is drawn around the middle of the part that it covers; the model turns it into place.
import { writeShells } from "../../loft.mjs";

export const SHELLS = {
  palm: {
    roundness: 8,
    caps: [0.0035, 0.0035],
    sections: [
      [-0.03, 0.019, 0.021, 0.056, 0],
      [-0.022, 0.022, 0.023, 0.059, 0],
      [0.0, 0.024, 0.023, 0.06, 0],
      [0.007, 0.022, 0.022, 0.058, 0],
    ],
  },
  heel: {
    roundness: 7,
    caps: [0.0045, 0.0045],
    sections: [
      [-0.029, 0.026, 0.02, 0.029, 0],
      [-0.02, 0.029, 0.024, 0.033, 0],
      [0.0, 0.029, 0.024, 0.034, 0],
      [0.007, 0.026, 0.022, 0.032, 0],
    ],
  },
  drive: {
    roundness: 9,
    caps: [0.0015, 0.0015],
    sections: [
      [-0.0095, 0.0165, 0.0165, 0.0125, 0],
      [0.0095, 0.0165, 0.0165, 0.0125, 0],
    ],
  },
  arm: {
    roundness: 3,
    caps: [0.0006, 0.0006],
    sections: [
      [-0.0007, 0.016, 0.016, 0.0088, 0],
      [0.0007, 0.016, 0.016, 0.0088, 0],
    ],
  },
  web: {
    roundness: 7,
    caps: [0.0012, 0.0012],
    sections: [
      [-0.0022, 0.0105, 0.0105, 0.0172, 0],
      [0.0022, 0.0105, 0.0105, 0.0172, 0],
    ],
  },
  tip: {
    roundness: 3.2,
    caps: [0.002, 0.011],
    sections: [
      [-0.014, 0.0095, 0.0095, 0.0118, 0],
      [-0.006, 0.0102, 0.0102, 0.0122, 0],
      [0.005, 0.0098, 0.0098, 0.012, 0],
    ],
  },
};

writeShells(import.meta.url, SHELLS);
