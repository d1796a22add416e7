// The Aero Hand's shells: `node models/aero_hand/assets/shells.mjs` writes them. What the numbers mean stands in models/loft.mjs.
// z runs along a finger to its tip; the model moves each shell in y, towards the palm or the back of the hand.
import { writeShells } from "../../loft.mjs";

export const SHELLS = {
  palm: {
    roundness: 4.5,
    caps: [0.003, 0.005],
    sections: [
      [0.003, 0.019, 0.03, 0.02, 0],
      [0.03, 0.021, 0.037, 0.0225, 0],
      [0.055, 0.043, 0.044, 0.023, 0],
      [0.09, 0.042, 0.043, 0.016, 0],
    ],
  },
  cuff: {
    roundness: 2.4,
    caps: [0.004, 0.002],
    sections: [
      [-0.034, 0.024, 0.024, 0.02, 0],
      [-0.016, 0.026, 0.026, 0.021, 0],
      [0.002, 0.022, 0.024, 0.018, 0],
    ],
  },
  proximal: {
    roundness: 3.2,
    caps: [0.002, 0.002],
    sections: [
      [0.0065, 0.0058, 0.0058, 0.0055, 0],
      [0.016, 0.0068, 0.0068, 0.0064, 0],
      [0.028, 0.0066, 0.0066, 0.0061, 0],
      [0.037, 0.0058, 0.0058, 0.005, 0],
    ],
  },
  middle: {
    roundness: 3,
    caps: [0.0015, 0.0015],
    sections: [
      [0.003, 0.0056, 0.0056, 0.005, 0],
      [0.0095, 0.0064, 0.0064, 0.0056, 0],
      [0.0175, 0.0055, 0.0055, 0.0046, 0],
    ],
  },
  tip: {
    roundness: 2.6,
    caps: [0.002, 0.006],
    sections: [
      [0.0025, 0.005, 0.005, 0.0048, 0],
      [0.01, 0.0058, 0.0058, 0.0055, 0],
      [0.018, 0.0054, 0.0054, 0.0051, 0],
    ],
  },
  thumb_base: {
    roundness: 3.4,
    caps: [0.002, 0.003],
    sections: [
      [-0.002, 0.006, 0.023, 0.0085, 0],
      [0.005, 0.007, 0.023, 0.009, 0],
      [0.014, 0.007, 0.014, 0.008, 0],
    ],
  },
  thumb_mcp: {
    roundness: 3.2,
    caps: [0.002, 0.002],
    sections: [
      [0.003, 0.0075, 0.0075, 0.0085, 0],
      [0.014, 0.0088, 0.0088, 0.0102, 0],
      [0.03, 0.0078, 0.0078, 0.007, 0],
    ],
  },
  thumb_proximal: {
    roundness: 3,
    caps: [0.0015, 0.0015],
    sections: [
      [0.0045, 0.0075, 0.0075, 0.0062, 0],
      [0.014, 0.0084, 0.0084, 0.0066, 0],
      [0.0245, 0.0072, 0.0072, 0.0054, 0],
    ],
  },
  thumb_tip: {
    roundness: 2.6,
    caps: [0.002, 0.007],
    sections: [
      [0.003, 0.0074, 0.0074, 0.0058, 0],
      [0.011, 0.0084, 0.0084, 0.0066, 0],
      [0.02, 0.0076, 0.0076, 0.006, 0],
    ],
  },
};

writeShells(import.meta.url, SHELLS);
