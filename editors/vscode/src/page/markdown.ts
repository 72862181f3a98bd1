import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import MarkdownIt from "markdown-it";

const LANGUAGES = { bash, cpp, csharp, css, go, java, javascript, json, python, ruby, rust, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}

// A model wrote it: no HTML of its own, no pictures, and of links the text and the address, which lead nowhere.
const markdown = new MarkdownIt({ html: false, linkify: false, highlight }).disable(["image", "autolink"]);
markdown.renderer.rules["link_open"] = (): string => "";
markdown.renderer.rules["link_close"] = (tokens, index): string => {
  const opened = tokens.slice(0, index).reverse().find(({ type }) => type === "link_open");
  return ` <span class="address">(${markdown.utils.escapeHtml(String(opened?.attrGet("href") ?? ""))})</span>`;
};

/** Markdown as safe HTML. */
export function render(text: string): string {
  return markdown.render(text);
}

function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) === undefined ? "" : hljs.highlight(code, { language }).value;
}
