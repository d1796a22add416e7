/** Where the page keeps the package's files. */
export const packageRoot = "/package";
