import objectsync, asyncio
from objectsync import ElementObject

class TextObject(ElementObject):

    frontend_type = 'text'

    def pre_build(self, _):
        # Set up style and text attributes to get control of the DOM element's style and text
        self.style = self.add_attribute('style', objectsync.DictTopic, {})
        self.text = self.add_attribute('text', objectsync.StringTopic, '')

server = objectsync.Server(port=8765)
text = server.create_object(TextObject)
text.text.set('Hello ObjectSync!')
text.style.add('font-size','30px')
text.style.add('border','5px solid black')
text.style.add('background-color','yellow')
asyncio.run(server.serve())
