(element
  (start_tag
    (tag_name)
    (attribute
      (attribute_name) @_attribute
      (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id")) @definition.section

(script_element
  (start_tag
    (attribute
      (attribute_name) @_attribute
      (quoted_attribute_value (attribute_value) @import.module)))
  (#eq? @_attribute "src")) @import

[(tag_name) (attribute_name)] @reference
