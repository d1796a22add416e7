/** The page that needs no server: everything that the studio does happens in its own workers. */
import { startPage } from "../../src/start-page.tsx";
import { isolated } from "./isolated.ts";
import { workerHost } from "./worker-host.ts";

// Where the site sends no headers for shared memory, a service worker adds them, and the page loads once more.
if (await isolated()) startPage(workerHost());
