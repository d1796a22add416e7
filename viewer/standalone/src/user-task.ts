/** In place of tasks/user-task.ts, which compiles files: a page's own task comes compiled. */

export function isTaskFile(): boolean {
  return false;
}

const absent = () => Promise.reject(new Error("pages cannot load task files"));

export { absent as loadUserTask, absent as pageScript, absent as resolveTask };
