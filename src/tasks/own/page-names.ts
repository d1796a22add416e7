/** Names that the script of a user's task takes and leaves in a page: this package, and the file's exports. */
export const PAGE_NAMES = { packageName: "flowgaitPackage", exportsName: "flowgaitTask" } as const;
