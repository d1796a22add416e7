/** The page that a server hands out. */
import { startPage } from "./start-page.tsx";
import { socketHost } from "./stream/socket-host.ts";

startPage(socketHost);
