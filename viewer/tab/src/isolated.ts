/**
 * Threads share memory only in a page that its site isolates by two headers (Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy), which
 * most static hosts cannot send. So a service worker of the page adds them to what the site answers. Where that does not work either, everything
 * works on one thread.
 */
import { isolationFile } from "virtual:programs";

/** Set while the page loads once more, so that a browser that ignores the headers is not asked again and again. */
const TRIED = "flowgait.isolation";
/** Longest wait for the service worker. */
const PATIENCE_MS = 4000;

/** @returns false where the page is about to load once more */
export async function isolated(): Promise<boolean> {
  if (crossOriginIsolated || !isSecureContext || navigator.serviceWorker === undefined) return true;
  if (sessionStorage.getItem(TRIED) !== null) return true;
  try {
    await navigator.serviceWorker.register(new URL(isolationFile, document.baseURI), { scope: "./" });
    const patience = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
    const ready = await Promise.race([navigator.serviceWorker.ready, patience]);
    if (ready === null) return true;
    sessionStorage.setItem(TRIED, "1");
    location.reload();
    return false;
  } catch {
    return true;
  }
}
