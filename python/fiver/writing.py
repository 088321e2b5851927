"""Writing."""


def _no(*args, **kwds):
    raise OSError("this build of fiver reads only")


set_item = delete_item = delete_attribute = create_attribute = modify_attribute = make_scale = write_selection = write_direct = _no
resize = region_reference = set_label = attach_scale = detach_scale = open_for_writing = start_live = _no
