(document (object (pair key: (string (string_content) @name)) @definition.key))

(pair key: (string (string_content) @reference))
