// node stylua.cjs MODULE FILE...: prints the files that stylua would write differently; with --write, writes them.
const fs = require("fs");
const [module_, ...rest] = process.argv.slice(2);
const stylua = require(module_);
for (const file of rest.filter((each) => each !== "--write")) {
  const text = fs.readFileSync(file, "utf8");
  const formatted = stylua.formatCode(text, style(), undefined, stylua.OutputVerification.None);
  if (formatted === text) continue;
  console.log(file);
  if (rest.includes("--write")) fs.writeFileSync(file, formatted);
}

/** As in editors/nvim/stylua.toml; each call takes one for itself. */
function style() {
  const config = stylua.Config.new();
  config.column_width = 100;
  config.indent_type = stylua.IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = stylua.QuoteStyle.AutoPreferSingle;
  return config;
}
