/** A gamepad whose layout the browser does not know: asks which of its sticks steer. */
import { useState } from "preact/hooks";
import { type Store, useStore } from "../../state/store.ts";
import type { PadState, PadWatch } from "../../steering/gamepad.ts";
import type { MappingStep } from "../../steering/pad-mapping.ts";
import { Icon } from "../widgets/icons.tsx";

const requests: Readonly<Record<MappingStep, string>> = {
  rest: "Release all sticks.",
  forward: "Push a stick in the direction for forward, then release it.",
  left: "Push a stick in the direction for left, then release it.",
  turn: "Push a stick in the direction for turning left, then release it.",
};

type Props = { readonly store: Store; readonly pads: PadWatch };

/** Shows whether a gamepad is connected; pressed, it asks about the sticks once more. */
export function PadButton({ store, pads }: Props) {
  const gamepad = useStore(store, (state) => state.gamepad);
  return (
    <button
      type="button"
      class={gamepad === null ? "pad" : "pad on"}
      aria-label="Map the gamepad"
      title={gamepad === null ? "No gamepad: press a button on it" : `${gamepad.name}: map its sticks`}
      disabled={gamepad === null}
      onClick={() => pads.teach()}
    >
      <Icon name="gamepad" />
    </button>
  );
}

/** Asks for one stick after the other; nothing while the gamepad is known. */
export function PadQuestions({ store, pads }: Props) {
  const gamepad = useStore(store, (state) => state.gamepad);
  const [dismissed, dismiss] = useState("");
  if (gamepad === null || (!gamepad.asked && (gamepad.isKnown || gamepad.name === dismissed))) return null;
  return (
    <section class="pad-questions" aria-label="Gamepad mapping" data-testid="pad-questions">
      {gamepad.asked ? (
        <Question gamepad={gamepad} asked={gamepad.asked} pads={pads} />
      ) : (
        <>
          <p role="status">The layout of gamepad “{gamepad.name}” is unknown. Map its sticks to steer.</p>
          <div>
            <button type="button" class="text-button" onClick={() => pads.teach()}>
              Map the gamepad
            </button>
            <button type="button" class="text-button" onClick={() => dismiss(gamepad.name)}>
              Not now
            </button>
          </div>
        </>
      )}
    </section>
  );
}

type Asked = NonNullable<PadState["asked"]>;

function Question({ gamepad, asked, pads }: { gamepad: PadState; asked: Asked; pads: PadWatch }) {
  const { step, isMoved } = asked;
  return (
    <>
      <p>Mapping “{gamepad.name}”</p>
      <p class="pad-asked" role="status">
        {isMoved ? "Now release it." : requests[step]}
      </p>
      <div>
        <button type="button" class="text-button" disabled={step === "rest"} onClick={() => pads.skip()}>
          Skip this direction
        </button>
        {gamepad.isTaught && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              pads.cancel();
              pads.forget();
            }}
          >
            Forget the mapping
          </button>
        )}
        <button type="button" class="text-button" onClick={() => pads.cancel()}>
          Cancel
        </button>
      </div>
    </>
  );
}
