const { rules } = require("./tools/direction/rooms.js");

/** The direction of imports, types too: a module that is only named in a type is one to be read. */
module.exports = {
  forbidden: rules(),
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages/local-cloud/recorded|components/dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
