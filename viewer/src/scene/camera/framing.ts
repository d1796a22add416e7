/** From how far a box fills the free part of the picture. Pure arithmetic. */

/** Air around the box, as a factor of the distance. */
const AIR = 1.06;

/**
 * Distance from a box's middle at which all of its corners are in the picture.
 * @param half of its sides along x, y and z, m
 * @param azimuth of the camera about z from +x, rad
 * @param polar of the camera from the zenith, rad
 * @param slopes of the picture's right and upper edge, as seen from its middle
 */
export function boxDistance(
  half: readonly [number, number, number],
  azimuth: number,
  polar: number,
  slopes: readonly [number, number],
): number {
  const [ca, sa, cp, sp] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(polar), Math.sin(polar)];
  let most = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [x, y, z] = half.map((side, i) => ((corner >> i) & 1 ? side : -side));
    const along = ca * x + sa * y;
    const towards = sp * along + cp * z;
    most = Math.max(
      most,
      towards + Math.abs(ca * y - sa * x) / slopes[0],
      towards + Math.abs(sp * z - cp * along) / slopes[1],
    );
  }
  return AIR * most;
}
