(rule_set (selectors) @name (block) @body) @definition.rule
(keyframes_statement (keyframes_name) @name) @definition.rule
(declaration (property_name) @name (#match? @name "^--")) @definition.variable

(import_statement (_) @import.module) @import

[(class_name) (id_name) (tag_name)] @reference
