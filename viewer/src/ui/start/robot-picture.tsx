/** A picture of a robot: still, or moving where a controller that ships can be shown. Nothing where the browser has no WebGL for it. */
import { useEffect, useRef } from "preact/hooks";
import type { PortraitSubject } from "../../../../src/stream/protocol.ts";
import type { Gallery } from "../../page/gallery.ts";
import { prefersReducedMotion } from "../../state/settings.ts";
import { type Store, useStore } from "../../state/store.ts";

/** Drawn pixels, at two per CSS pixel of a card on a large screen at most. */
const MOST_RATIO = 2;

interface RobotPictureProps {
  readonly store: Store;
  readonly gallery: Gallery;
  readonly subject: PortraitSubject;
  /** Whether it belongs to the list that covers all others while it is open. */
  readonly isOnTop?: boolean;
}

/** The canvas of a picture; its film is asked for when it comes into view. */
export function RobotPicture({ store, gallery, subject, isOnTop = false }: RobotPictureProps) {
  const theme = useStore(store, (state) => state.theme);
  const hasScreen = useStore(store, (state) => state.screen !== "absent");
  const isCovered = useStore(store, (state) => state.areRobotsOpen && !isOnTop);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { task, controller } = subject;
  useEffect(() => {
    if (!hasScreen || isCovered || !canvas.current) return;
    return whileSeen(canvas.current, (seen) => hang(gallery, { task, controller }, seen));
  }, [gallery, task, controller, theme, hasScreen, isCovered]);
  if (!hasScreen) return null;
  return (
    <span class="robot-picture" aria-hidden="true">
      <canvas ref={canvas} />
    </span>
  );
}

/** What begins when a canvas comes into view, and what ends it when it is gone. */
const watched = new Map<Element, { readonly begin: () => () => void; end: (() => void) | null }>();

/** One for all, so that the pictures at the top are asked for first. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const one = watched.get(target);
      if (!one || isIntersecting === (one.end !== null)) continue;
      one.end?.();
      one.end = isIntersecting ? one.begin() : null;
    }
  },
  { rootMargin: "80px" },
);

/** Does something while a canvas is in view. @param begin returns what ends it @returns what ends all of it */
function whileSeen(canvas: HTMLCanvasElement, begin: (canvas: HTMLCanvasElement) => () => void): () => void {
  watched.set(canvas, { begin: () => begin(canvas), end: null });
  observer.observe(canvas);
  return () => {
    observer.unobserve(canvas);
    watched.get(canvas)?.end?.();
    watched.delete(canvas);
  };
}

function hang(gallery: Gallery, subject: PortraitSubject, canvas: HTMLCanvasElement): () => void {
  let takeDown: (() => void) | null = null;
  let isOver = false;
  const ratio = Math.min(MOST_RATIO, document.documentElement.classList.contains("plain") ? 1 : devicePixelRatio);
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  Promise.all([gallery.album.get(subject), gallery.booth()])
    .then(([film, booth]) => {
      if (isOver) return;
      takeDown = booth.hang({ canvas, film, isMoving: film.frames.length > 1 && !prefersReducedMotion() });
    })
    .catch((error: Error) => console.warn(`no picture of ${subject.controller ?? subject.task}: ${error.message}`));
  return () => {
    isOver = true;
    takeDown?.();
  };
}
