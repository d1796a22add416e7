/** Numbers as users read them. */

/** Three significant digits, with k and M: 1234567 → 1.23M. */
export function formatCount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9)}B`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e3) return `${trim(value / 1e3)}k`;
  return trim(value);
}

/** A measured value: three significant digits, a true minus sign, and a dash for none. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(1).replace("-", "−");
  const text =
    size >= 10_000
      ? formatCount(value)
      : size >= 100
        ? value.toFixed(0)
        : size >= 10
          ? value.toFixed(1)
          : value.toFixed(size >= 1 ? 2 : 3);
  return text.replace("-", "−");
}

/** 75 → 1 min 15 s; 7500 → 2 h 05 min. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  if (minutes > 0) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${whole} s`;
}

/** 0.43 → 0.4×, 1 → 1×. */
export function formatSpeed(speed: number): string {
  return speed >= 0.995 ? `${trim(speed)}×` : `${speed.toFixed(speed < 0.095 ? 2 : 1)}×`;
}

/** trackLinVel or track_lin_vel → track lin vel. */
export function formatName(name: string): string {
  return name
    .replace(/_/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase();
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Two decimals, a true minus sign, and no negative zero. */
export function formatFixed(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text.replace("-", "−");
}
