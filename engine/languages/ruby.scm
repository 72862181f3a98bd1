(class name: (_) @name body: (_) @body) @definition.class
(class name: (_) @name) @definition.class
(module name: (_) @name body: (_) @body) @definition.module
(method name: (_) @name body: (_) @body) @definition.method
(method name: (_) @name) @definition.method
(singleton_method name: (_) @name body: (_) @body) @definition.method
(singleton_method name: (_) @name) @definition.method
(assignment left: (constant) @name) @definition.constant

(call
  method: (identifier) @_method
  arguments: (argument_list . (string (string_content) @import.module))
  (#any-of? @_method "require" "require_relative" "load")) @import

[(identifier) (constant)] @reference
