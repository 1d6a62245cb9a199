"""What people build, in one short file each: `python -m examples.gallery.explorer`, and open the address that it prints."""
