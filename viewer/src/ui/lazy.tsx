/** Parts of the page whose code is loaded when they are shown first, so that the page itself opens as fast as without them. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that is there once its code is. @param load imports it */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [, setLoaded] = useState(loaded !== null);
    useEffect(() => {
      void load().then((component) => {
        loaded = component;
        setLoaded(true);
      });
    }, []);
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : null;
  };
}
