(class_declaration "interface" name: (identifier) @name (class_body) @body) @definition.class
(class_declaration name: (identifier) @name (class_body) @body) @definition.class
(class_declaration name: (identifier) @name (enum_class_body)) @definition.type
(class_declaration name: (identifier) @name) @definition.class
(object_declaration name: (identifier) @name (class_body) @body) @definition.class
(type_alias type: (identifier) @name) @definition.type
(class_body (function_declaration name: (identifier) @name (function_body) @body) @definition.method)
(class_body (function_declaration name: (identifier) @name) @definition.method)
(class_body (property_declaration (variable_declaration (identifier) @name)) @definition.field)
(function_declaration name: (identifier) @name (function_body) @body) @definition.function
(source_file (property_declaration (variable_declaration (identifier) @name)) @definition.variable)

(import (qualified_identifier) @import.module) @import

(identifier) @reference
