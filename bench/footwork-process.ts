/** A process that footwork.ts has trials run in. */
import { FootworkTrial, type Trial } from "./footwork-trial.ts";

const trial = await FootworkTrial.create();
process.on("message", (message: Trial) => process.send!(trial.run(message)));
process.send!("ready");
