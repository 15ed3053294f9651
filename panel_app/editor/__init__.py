"""Editing a scenario: its text, checked as it is typed, and a form over the same text.

`checked` (text to problems or an engine input), `spans` (where a value stands in the text, and how to put another one
there), `fields` (the form as a table), `state` (one reader's text). None imports Panel or Bokeh; what needs Pydantic is
imported when it is first used, since in the browser Pydantic comes after the first picture.
"""
