/** Line icons on a 20-pixel grid, drawn in the colour of the text. */
import type { ComponentChildren } from "preact";

const paths = {
  pause: <path d="M7 4.5v11M13 4.5v11" />,
  play: <path d="M6 4.2v11.6l9.4-5.8z" fill="currentColor" />,
  step: <path d="M5 4.6v10.8l7-5.4zM15 4.5v11" />,
  reset: <path d="M4.5 10a5.5 5.5 0 1 0 1.8-4.1M4.5 3.5v3.2h3.2" />,
  save: <path d="M10 3v9M6.2 8.6 10 12.4l3.8-3.8M3.5 16.5h13" />,
  policy: (
    <>
      <circle cx="4.5" cy="6" r="1.7" />
      <circle cx="4.5" cy="14" r="1.7" />
      <circle cx="15.5" cy="10" r="1.7" />
      <path d="M6.2 6.7 13.8 9.4M6.2 13.3l7.6-2.7" />
    </>
  ),
  film: <circle cx="10" cy="10" r="5.5" />,
  filming: <rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor" />,
  push: <path d="M3 10h9M8.5 6.2 12.3 10l-3.8 3.8M16 4.5v11" />,
  gamepad: (
    <>
      <path d="M6.2 5.5h7.6a4 4 0 0 1 4 3.6l.4 4a2 2 0 0 1-3.5 1.5l-1.9-2.1H7.2l-1.9 2.1a2 2 0 0 1-3.5-1.5l.4-4a4 4 0 0 1 4-3.6z" />
      <path d="M6.8 7.8v2.4M5.6 9h2.4M13.2 9h.01" />
    </>
  ),
  follow: (
    <>
      <circle cx="10" cy="10" r="3" />
      <path d="M10 2.5v3M10 14.5v3M2.5 10h3M14.5 10h3" />
    </>
  ),
  camera: (
    <>
      <path d="M3 6.5h9v7H3zM12 9l5-2.5v7L12 11" />
    </>
  ),
  grid: <path d="M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z" />,
  sliders: (
    <>
      <path d="M3 6h7M14 6h3M3 14h3M10 14h7" />
      <circle cx="12" cy="6" r="2" />
      <circle cx="8" cy="14" r="2" />
    </>
  ),
  previous: <path d="M12.5 4.5 7 10l5.5 5.5" />,
  next: <path d="M7.5 4.5 13 10l-5.5 5.5" />,
  sun: (
    <>
      <circle cx="10" cy="10" r="3.3" />
      <path d="M10 2v2M10 16v2M2 10h2M16 10h2M4.4 4.4l1.4 1.4M14.2 14.2l1.4 1.4M4.4 15.6l1.4-1.4M14.2 5.8l1.4-1.4" />
    </>
  ),
  moon: <path d="M15.8 11.9A6.5 6.5 0 0 1 8.1 4.2a6.5 6.5 0 1 0 7.7 7.7z" />,
  help: (
    <>
      <path d="M7.4 7.6a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.1.9-1.1 1.8" />
      <circle cx="10" cy="14.6" r=".6" fill="currentColor" />
    </>
  ),
  chart: <path d="M3 16.5h14M5 13l3.5-4 3 2.5L16 5.5" />,
  branch: (
    <>
      <circle cx="5" cy="4.8" r="1.8" />
      <circle cx="5" cy="15.2" r="1.8" />
      <circle cx="15" cy="6.8" r="1.8" />
      <path d="M5 6.6v6.8M15 8.6c0 3.4-6 2.4-9.3 5" />
    </>
  ),
  pose: (
    <>
      <circle cx="10" cy="4.2" r="1.9" />
      <path d="M4.2 8.4 10 7.6l5.8.8M10 7.6v4.6M10 12.2l-3.4 4.6M10 12.2l3.4 4.6" />
    </>
  ),
  robot: (
    <>
      <rect x="4.5" y="6.5" width="11" height="9" rx="2.5" />
      <path d="M10 6.5V3.5M2.5 9.5v3M17.5 9.5v3" />
      <circle cx="7.8" cy="10.6" r=".7" fill="currentColor" />
      <circle cx="12.2" cy="10.6" r=".7" fill="currentColor" />
    </>
  ),
  close: <path d="M5 5l10 10M15 5 5 15" />,
  check: <path d="M4 10.5 8 14.5l8-9" />,
} as const;

/** Name of an icon. */
export type IconName = keyof typeof paths;

/** An icon of 20 × 20 pixels, hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  const drawing: ComponentChildren = paths[name];
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      {drawing}
    </svg>
  );
}

/** The sign: a step as a wave, the hip above it. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 20" aria-hidden="true">
      <path d="M2 16c7 0 7-12 14-12s7 12 14 12" />
      <path class="logo-echo" d="M2 16c4.5 0 5.5-5.5 9-8.6" />
      <circle cx="16" cy="4" r="3" />
    </svg>
  );
}
