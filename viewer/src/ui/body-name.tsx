/** The name of the body under the pointer. */
import { type Store, useStore } from "../state/store.ts";

/** A label beside the pointer. */
export function BodyName({ store }: { store: Store }) {
  const pointed = useStore(store, (state) => state.pointed);
  if (!pointed) return null;
  return (
    <div
      class={`body-name glass ${pointed.isOut ? "out" : ""} ${pointed.x > innerWidth / 2 ? "left" : ""}`}
      data-testid="body-name"
      style={{ left: `${pointed.x}px`, top: `${pointed.y}px` }}
    >
      {pointed.name}
    </div>
  );
}
