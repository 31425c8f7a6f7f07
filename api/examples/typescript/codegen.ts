// `npm run generate`: types and documents from the operations beside this folder. Add yours to `documents`.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../contract/schema.graphql",
  documents: "../*.graphql",
  config: {
    documentMode: "string",
    enumType: "string-literal",
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
    strictScalars: true,
    scalars: { DateTime: "string", JSON: "unknown", Confidence: "number | string" },
  },
  generates: {
    "src/operations.ts": { plugins: ["typescript-operations", "typed-document-node"] },
    "src/enums.ts": { plugins: [{ typescript: { onlyEnums: true } }] },
  },
};

export default config;
