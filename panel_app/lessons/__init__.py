"""Lessons: text files beside the scenarios that set the simulator, ask, and notice what the learner does.

`parser` (text to `document`), `settings` (what a lesson sets), `facts` and `conditions` (what it says and notices),
`library` (where lessons are kept, and their check), `player` (one learner in one lesson). None imports Panel or Bokeh.
`docs/lessons.md` tells how a lesson is written.
"""
